using System.Runtime.InteropServices;

namespace Datagen.Host;

/// <summary>Another program, started without a shell, without our secrets in its environment, its output going to /dev/null.</summary>
/// <remarks>Not Process: that sets up the terminal for the child, and can't give it /dev/null, so a browser's messages would be in our terminal.</remarks>
internal static partial class ChildProcess
{
    /// <summary>Starts it and leaves it alone; false if it can't be started.</summary>
    public static bool Start(string[] arguments, IEnumerable<string> secretVariables) => Spawn(arguments, secretVariables, input: null) > 0;

    /// <summary>Starts it with a short text on standard input, and waits; null if it can't be started or does not end in time.</summary>
    public static int? Run(string[] arguments, IEnumerable<string> secretVariables, ReadOnlySpan<byte> input, TimeSpan patience)
    {
        var ends = new int[2];
        if (input.Length > 512 || !OpenPipe(ends)) return null; // More could block: nobody reads yet.
        var written = WriteTo(ends[1], input, (nuint)input.Length);
        _ = Close(ends[1]);
        var pid = written == input.Length ? Spawn(arguments, secretVariables, ends[0]) : 0;
        _ = Close(ends[0]);
        if (pid <= 0) return null;

        const int AtOnce = 1;
        for (var deadline = Environment.TickCount64 + (long)patience.TotalMilliseconds; Environment.TickCount64 < deadline; Thread.Sleep(10))
        {
            if (WaitFor(pid, out var status, AtOnce) == pid) return (status & 0x7f) == 0 ? (status >> 8) & 0xff : null;
        }

        return null;
    }

    private static int Spawn(string[] arguments, IEnumerable<string> secretVariables, int? input)
    {
        const short SetSignals = 0x4 | 0x8; // SETSIGDEF and SETSIGMASK: the runtime ignores and blocks some, which the child must not inherit.
        // Larger than any system's posix_spawn_file_actions_t and posix_spawnattr_t.
        var actions = Marshal.AllocHGlobal(1024);
        var attributes = actions + 512;
        try
        {
            if (ActionsInit(actions) != 0 || AttributesInit(attributes) != 0) return 0;
            var pid = 0;
            var started = SetFlags(attributes, SetSignals) == 0
                && SetDefault(attributes, SignalSet(0xff)) == 0
                && SetBlocked(attributes, SignalSet(0)) == 0
                && (input is { } descriptor ? AddDuplicate(actions, descriptor, 0) : AddOpen(actions, 0, "/dev/null", FileOpenFlags.ReadOnly, 0)) == 0
                && AddOpen(actions, 1, "/dev/null", FileOpenFlags.WriteOnly, 0) == 0
                && AddOpen(actions, 2, "/dev/null", FileOpenFlags.WriteOnly, 0) == 0
                && PosixSpawn(out pid, arguments[0], actions, attributes, [.. arguments, null], [.. Surroundings.Without([.. secretVariables]), null]) == 0;
            _ = ActionsDestroy(actions);
            _ = AttributesDestroy(attributes);
            return started ? pid : 0;
        }
        finally
        {
            Marshal.FreeHGlobal(actions);
        }
    }

    // All signals, or none, for any system's sigset_t.
    private static byte[] SignalSet(byte all)
    {
        var set = new byte[128];
        Array.Fill(set, all);
        return set;
    }

    private static bool OpenPipe(int[] ends) => (OperatingSystem.IsLinux() ? Pipe2(ends, FileOpenFlags.CloseOnExec) : Pipe(ends)) == 0;

    [LibraryImport("libc", EntryPoint = "posix_spawnp", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int PosixSpawn(
        out int pid, string file, nint actions, nint attributes, string?[] arguments, string?[] environment);

    [LibraryImport("libc", EntryPoint = "posix_spawnattr_init")]
    private static partial int AttributesInit(nint attributes);

    [LibraryImport("libc", EntryPoint = "posix_spawnattr_destroy")]
    private static partial int AttributesDestroy(nint attributes);

    [LibraryImport("libc", EntryPoint = "posix_spawnattr_setflags")]
    private static partial int SetFlags(nint attributes, short flags);

    [LibraryImport("libc", EntryPoint = "posix_spawnattr_setsigdefault")]
    private static partial int SetDefault(nint attributes, byte[] signals);

    [LibraryImport("libc", EntryPoint = "posix_spawnattr_setsigmask")]
    private static partial int SetBlocked(nint attributes, byte[] signals);

    [LibraryImport("libc", EntryPoint = "posix_spawn_file_actions_init")]
    private static partial int ActionsInit(nint actions);

    [LibraryImport("libc", EntryPoint = "posix_spawn_file_actions_destroy")]
    private static partial int ActionsDestroy(nint actions);

    [LibraryImport("libc", EntryPoint = "posix_spawn_file_actions_addopen", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int AddOpen(nint actions, int descriptor, string path, int flags, uint mode);

    [LibraryImport("libc", EntryPoint = "posix_spawn_file_actions_adddup2")]
    private static partial int AddDuplicate(nint actions, int descriptor, int newDescriptor);

    [LibraryImport("libc", EntryPoint = "pipe2")]
    private static partial int Pipe2([Out] int[] ends, int flags);

    [LibraryImport("libc", EntryPoint = "pipe")]
    private static partial int Pipe([Out] int[] ends);

    [LibraryImport("libc", EntryPoint = "write")]
    private static partial nint WriteTo(int descriptor, ReadOnlySpan<byte> bytes, nuint count);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int Close(int descriptor);

    [LibraryImport("libc", EntryPoint = "waitpid")]
    private static partial int WaitFor(int pid, out int status, int options);
}
