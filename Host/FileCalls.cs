using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Datagen.Host;

/// <summary>The system calls on files that the framework has no word for, or does more in than we mean. Each throws <see cref="SystemCallException"/>.</summary>
/// <remarks>Only calls without variable arguments stand here: their calling convention differs on Apple's arm64.</remarks>
internal static partial class FileCalls
{
    public const UnixFileMode OwnerReadWrite = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    public const UnixFileMode OwnerFolder = OwnerReadWrite | UnixFileMode.UserExecute;

    /// <summary>Between a file's name and the six random characters of a temporary one beside it, so that no copy a person made looks like one.</summary>
    public const string TemporaryMark = ".tmp-";

    /// <summary>Opens for reading; null where there is no such file. Never waits, not even for a FIFO's writer.</summary>
    public static SafeFileHandle? OpenToRead(string path)
    {
        var fd = Open(path, FileOpenFlags.NonBlocking | FileOpenFlags.CloseOnExec);
        if (fd >= 0) return new SafeFileHandle(fd, ownsHandle: true);
        return Marshal.GetLastPInvokeError() == Errno.NotFound ? null : throw SystemCallException.Last("open", path);
    }

    /// <summary>The whole of an open file; null if that is more than <paramref name="maximumBytes"/>.</summary>
    public static byte[]? ReadAll(SafeFileHandle handle, int maximumBytes)
    {
        var buffer = new byte[16 << 10];
        for (var length = 0; ;)
        {
            var read = RandomAccess.Read(handle, buffer.AsSpan(length), length);
            if (read == 0) return buffer[..length];
            length += read;
            if (length > maximumBytes) return null;
            if (length == buffer.Length) Array.Resize(ref buffer, 4 * length);
        }
    }

    /// <summary>A new file of mode 0600 beside <paramref name="path"/>.</summary>
    public static (SafeFileHandle Handle, string Path) CreateTemporary(string path)
    {
        var template = System.Text.Encoding.UTF8.GetBytes(path + TemporaryMark + "XXXXXX\0");
        var fd = MakeTemporary(template, FileOpenFlags.CloseOnExec);
        if (fd < 0) throw SystemCallException.Last("create a file beside", path);
        var handle = new SafeFileHandle(fd, ownsHandle: true);
        return TrySetMode(handle, OwnerReadWrite) // Whatever the umask took.
            ? (handle, System.Text.Encoding.UTF8.GetString(template.AsSpan(0, template.Length - 1)))
            : throw SystemCallException.Last("set the mode of", path);
    }

    public static void Flush(SafeFileHandle handle, string path)
    {
        if (Synchronize(handle) != 0) throw SystemCallException.Last("flush", path);
    }

    public static void FlushFolder(string folder)
    {
        using var handle = OpenToRead(folder);
        if (handle is not null) Flush(handle, folder);
    }

    /// <summary>Gives a file another's name in one step; whoever opens that name sees the old file or the new one.</summary>
    public static void Replace(string temporary, string path)
    {
        if (Rename(temporary, path) == 0) return;
        var failure = SystemCallException.Last("replace", path);
        throw failure.Error == Errno.Busy
            ? new SystemCallException("replace", path, Errno.Busy, "it is mounted by itself; mount its folder instead")
            : failure;
    }

    /// <summary>False where there was nothing to delete.</summary>
    public static bool Delete(string path)
    {
        if (Unlink(path) == 0) return true;
        return Marshal.GetLastPInvokeError() == Errno.NotFound ? false : throw SystemCallException.Last("delete", path);
    }

    /// <summary>Makes a folder that only its owner can enter, whatever the umask takes; false where there is something of that name.</summary>
    public static bool MakeFolder(string path)
    {
        if (MakeDirectory(path, (uint)OwnerFolder) != 0)
            return Marshal.GetLastPInvokeError() == Errno.Exists ? false : throw SystemCallException.Last("create the folder", path);
        return TrySetMode(path, OwnerFolder) ? true : throw SystemCallException.Last("set the mode of", path);
    }

    /// <summary>The same with the folders above it.</summary>
    public static void MakeFolders(string path)
    {
        if (Path.GetDirectoryName(path) is { } parent && !Directory.Exists(parent)) MakeFolders(parent);
        MakeFolder(path);
    }

    public static bool TrySetMode(SafeFileHandle handle, UnixFileMode mode) => ChangeMode(handle, (uint)mode) == 0;

    public static bool TrySetMode(string path, UnixFileMode mode) => ChangeModeOf(path, (uint)mode) == 0;

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "mkdir", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int MakeDirectory(string path, uint mode);

    [LibraryImport("libc", EntryPoint = "mkostemp", SetLastError = true)]
    private static partial int MakeTemporary(byte[] template, int flags);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int Synchronize(SafeFileHandle handle);

    [LibraryImport("libc", EntryPoint = "rename", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Rename(string from, string to);

    [LibraryImport("libc", EntryPoint = "unlink", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Unlink(string path);

    [LibraryImport("libc", EntryPoint = "fchmod", SetLastError = true)]
    private static partial int ChangeMode(SafeFileHandle handle, uint mode);

    [LibraryImport("libc", EntryPoint = "chmod", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int ChangeModeOf(string path, uint mode);
}
