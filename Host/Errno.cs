namespace Datagen.Host;

/// <summary>The error numbers that this program tells apart.</summary>
internal static class Errno
{
    public const int NotPermitted = 1; // EPERM
    public const int NotFound = 2; // ENOENT
    public const int Interrupted = 4; // EINTR
    public const int NoExecutable = 8; // ENOEXEC
    public const int AccessDenied = 13; // EACCES
    public const int Busy = 16; // EBUSY
    public const int Exists = 17; // EEXIST
    public const int NotAFolder = 20; // ENOTDIR
    public const int BrokenPipe = 32; // EPIPE

    // The other systems are macOS and the BSDs, which share these.
    public static int Again => OperatingSystem.IsLinux() ? 11 : 35; // EAGAIN

    public static int NotImplemented => OperatingSystem.IsLinux() ? 38 : 78; // ENOSYS

    /// <summary>What flock says on a file system that has no locks, as some network file systems: ENOLCK, EOPNOTSUPP, ENOTSUP, ENOSYS.</summary>
    public static bool IsWithoutLocks(int error) =>
        error == NotImplemented || (OperatingSystem.IsLinux() ? error is 37 or 95 : error is 77 or 102 or 45);
}
