using System.Runtime.InteropServices;

namespace Datagen.Host;

/// <summary>What is in this process's memory, tokens among it.</summary>
internal static partial class OwnMemory
{
    /// <summary>
    /// No core file, also where core files go to a program, which a limit on their size would not stop; and no other process of the same
    /// user reads memory or environment. The kernel undoes it for the browser, as for every program that is started.
    /// </summary>
    public static void KeepPrivate()
    {
        const int SetDumpable = 4;
        if (OperatingSystem.IsLinux()) _ = Control(SetDumpable, 0);
    }

    // On Linux its variable arguments may stand among the fixed ones.
    [LibraryImport("libc", EntryPoint = "prctl")]
    private static partial int Control(int option, nuint value);
}
