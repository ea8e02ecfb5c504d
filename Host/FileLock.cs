using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Datagen.Host;

/// <summary>The kernel's lock on a file (flock), which ends with its process.</summary>
internal static partial class FileLock
{
    /// <summary>Opens the lock file, made with mode 0600 where it is missing. A link in its place is refused: it may be another user's.</summary>
    public static SafeFileHandle Open(string path)
    {
        const uint Mode = (uint)FileCalls.OwnerReadWrite;
        var flags = FileOpenFlags.ReadWrite | FileOpenFlags.NonBlocking | FileOpenFlags.CloseOnExec | FileOpenFlags.DoNotFollowLink;
        int fd;
        if (OperatingSystem.IsLinux())
        {
            fd = Open(path, flags | FileOpenFlags.LinuxCreate, Mode);
        }
        else
        {
            fd = Open(path, flags);
            if (fd < 0 && Marshal.GetLastPInvokeError() == Errno.NotFound)
            {
                var made = Create(path, Mode);
                if (made < 0) throw SystemCallException.Last("create", path);
                new SafeFileHandle(made, ownsHandle: true).Dispose();
                fd = Open(path, flags);
            }
        }

        return fd >= 0 ? new SafeFileHandle(fd, ownsHandle: true) : throw SystemCallException.Last("open", path);
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
