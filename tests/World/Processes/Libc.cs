using System.Runtime.InteropServices;

namespace Tests.World;

public enum Signal
{
    None = 0,
    Interrupt = 2,
    Abort = 6,
    Kill = 9,
    Terminate = 15,
}

public static partial class Libc
{
    public static void Send(Signal signal, int pid) => Assert.Equal(0, Kill(pid, (int)signal));

    public static void MakeFifo(string path) => Assert.Equal(0, MkFifo(path, 0x180 /* 0600 */));

    public static void GiveAway(string path, int user) => Assert.Equal(0, ChangeOwner(path, (uint)user, (uint)user));

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Kill(int pid, int signal);

    [LibraryImport("libc", EntryPoint = "mkfifo", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int MkFifo(string path, uint mode);

    [LibraryImport("libc", EntryPoint = "lchown", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int ChangeOwner(string path, uint user, uint group);
}
