using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Datagen.Host;

/// <summary>The kernel's lock on a file (flock), which ends with its process.</summary>
internal static partial class FileLock
{
    /// <summary>Opens the lock file, made with mode 0600 where it is missing. A link in its place is refused: it may be another user's.</summary>
    public static SafeFileHandle Open(string path)
    {
        const int Attempts = 3;
        for (var attempt = 1; ; attempt++)
        {
            var fd = Open(path, OpenFlags);
            if (fd >= 0) return new SafeFileHandle(fd, ownsHandle: true);
            var failure = SystemCallException.Last("open", path);
            var goesOn = failure.Error switch
            {
                Errno.NotFound => TryMake(path),
                // Its maker has not come to the next line yet, or was an earlier version under a narrow umask.
                Errno.AccessDenied => FileFacts.OfName(path) is { IsRegular: true, IsMine: true } && FileCalls.TrySetMode(path, FileCalls.OwnerReadWrite),
                _ => false,
            };
            if (!goesOn || attempt == Attempts) throw failure;
        }
    }

    private static int OpenFlags => FileOpenFlags.ReadWrite | FileOpenFlags.NonBlocking | FileOpenFlags.CloseOnExec | FileOpenFlags.DoNotFollowLink;

    private static bool TryMake(string path)
    {
        const uint Mode = (uint)FileCalls.OwnerReadWrite;
        var made = OperatingSystem.IsLinux() ? Open(path, OpenFlags | FileOpenFlags.LinuxCreate, Mode) : Create(path, Mode);
        if (made < 0) throw SystemCallException.Last("create", path);
        using var handle = new SafeFileHandle(made, ownsHandle: true);
        return FileCalls.TrySetMode(handle, FileCalls.OwnerReadWrite); // Whatever the umask took.
    }

    /// <summary>Whether this process has the lock now; false while another has it.</summary>
    public static bool TryTake(SafeFileHandle handle, string path)
    {
        const int Exclusive = 2, AtOnce = 4;
        while (Lock(handle, Exclusive | AtOnce) != 0)
        {
            var error = Marshal.GetLastPInvokeError();
            if (error == Errno.Again) return false;
            if (error == Errno.Interrupted) continue;
            // Without a lock two processes would spend one refresh token, and the server would end the session.
            throw Errno.IsWithoutLocks(error)
                ? new SystemCallException("lock", path, error, "its file system has no locks")
                : new SystemCallException("lock", path, error);
        }

        return true;
    }

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);

    // On Linux the mode may stand among the fixed arguments.
    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags, uint mode);

    [LibraryImport("libc", EntryPoint = "creat", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Create(string path, uint mode);

    [LibraryImport("libc", EntryPoint = "flock", SetLastError = true)]
    private static partial int Lock(SafeFileHandle handle, int operation);
}
