using System.Runtime.InteropServices;

namespace Datagen.Host;

/// <summary>What the executable asks of the system before anything else but what start.c has settled. The library leaves its process alone.</summary>
internal static partial class ProcessSetUp
{
    public static void Run()
    {
        KeepMemoryPrivate();
        ReserveStandardDescriptors();
        LetLargeWritesFail();
    }

    /// <summary>
    /// No core file, also where core files go to a program, which a limit on their size would not stop; and no other process of the same
    /// user reads memory or environment. The kernel undoes it for the browser, as for every program that is started.
    /// </summary>
    private static void KeepMemoryPrivate()
    {
        const int SetDumpable = 4;
        if (OperatingSystem.IsLinux()) _ = Control(SetDumpable, 0);
    }

    /// <summary>Opens standard streams that were closed, before a file or a connection gets such a descriptor and is written into.</summary>
    private static void ReserveStandardDescriptors()
    {
        int descriptor;
        do descriptor = Open("/dev/null", FileOpenFlags.ReadOnly);
        while (descriptor is >= 0 and <= StandardStream.StandardError);
        if (descriptor > StandardStream.StandardError) _ = Close(descriptor);
    }

    /// <summary>Past a limit on the size of files a write fails and can be told; by default SIGXFSZ would end the process.</summary>
    private static void LetLargeWritesFail()
    {
        const int FileTooLarge = 25, Ignore = 1;
        _ = OnSignal(FileTooLarge, Ignore);
    }

    // On Linux its variable arguments may stand among the fixed ones.
    [LibraryImport("libc", EntryPoint = "prctl")]
    private static partial int Control(int option, nuint value);

    [LibraryImport("libc", EntryPoint = "open", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int Close(int descriptor);

    [LibraryImport("libc", EntryPoint = "signal")]
    private static partial nint OnSignal(int signal, nint handler);
}
