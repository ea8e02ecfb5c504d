using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using Datagen.Auth;
using Microsoft.Win32.SafeHandles;

[assembly: DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
[assembly: UnsupportedOSPlatform("windows")] // Modes, owners and flock are how the credential is kept; Windows needs its own way.

namespace Datagen.Host;

/// <summary>The system calls that the framework has no word for, or says more with than we mean.</summary>
/// <remarks>
/// The framework's own open takes a shared lock on every file; with it a reader could meet our lock and fail.
/// Only calls without variable arguments stand here: their calling convention differs on Apple's arm64.
/// </remarks>
internal static partial class Native
{
    private const int ReadWrite = 2;
    private const uint OwnerReadWrite = 0x180; // 0600
    private static readonly int CloseOnExec = OperatingSystem.IsLinux() ? 0x80000 : 0x1000000;
    private static readonly int NonBlocking = OperatingSystem.IsLinux() ? 0x800 : 0x4;
    private static readonly int DoNotFollowLink = !OperatingSystem.IsLinux() ? 0x100
        : RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? 0x8000 : 0x20000;

    public const int NotFound = 2;

    /// <summary>Between a file's name and the random characters of a temporary one beside it, so that no copy a person made looks like one.</summary>
    public const string TemporaryMark = ".tmp-";

    /// <summary>Opens for reading; null where there is no such file. Never waits, not even for a FIFO's writer.</summary>
    public static SafeFileHandle? OpenToRead(string path)
    {
        var fd = Open(path, NonBlocking | CloseOnExec);
        if (fd >= 0) return new SafeFileHandle(fd, ownsHandle: true);
        return Marshal.GetLastPInvokeError() == NotFound ? null : throw Failure("open", path);
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

    /// <summary>Opens the lock file, made with mode 0600 where it is missing. A link in its place is refused: it may be another user's.</summary>
    public static SafeFileHandle OpenLock(string path)
    {
        var flags = ReadWrite | NonBlocking | CloseOnExec | DoNotFollowLink;
        int fd;
        if (OperatingSystem.IsLinux())
        {
            const int CreateMissing = 0x40;
            fd = Open(path, flags | CreateMissing, OwnerReadWrite);
        }
        else
        {
            fd = Open(path, flags);
            if (fd < 0 && Marshal.GetLastPInvokeError() == NotFound)
            {
                var made = Create(path, OwnerReadWrite);
                if (made < 0) throw Failure("create", path);
                new SafeFileHandle(made, ownsHandle: true).Dispose();
                fd = Open(path, flags);
            }
        }

        return fd >= 0 ? new SafeFileHandle(fd, ownsHandle: true) : throw Failure("open", path);
    }

    /// <summary>A new file of mode 0600 beside <paramref name="path"/>, with six random characters behind its name.</summary>
    public static (SafeFileHandle Handle, string Path) CreateTemporary(string path)
    {
        var template = System.Text.Encoding.UTF8.GetBytes(path + TemporaryMark + "XXXXXX\0");
        var fd = MakeTemporary(template, CloseOnExec);
        if (fd < 0) throw Failure("create a file beside", path);
        var handle = new SafeFileHandle(fd, ownsHandle: true);
        return ChangeMode(handle, OwnerReadWrite) == 0 // Whatever the umask took.
            ? (handle, System.Text.Encoding.UTF8.GetString(template.AsSpan(0, template.Length - 1)))
            : throw Failure("set the mode of", path);
    }

    /// <summary>Whether the kernel gave this process the lock; false while another has it.</summary>
    public static bool TryLock(SafeFileHandle handle, string path)
    {
        const int Exclusive = 2, AtOnce = 4;
        var again = OperatingSystem.IsLinux() ? 11 : 35;
        while (Lock(handle, Exclusive | AtOnce) != 0)
        {
            var error = Marshal.GetLastPInvokeError();
            if (error == again) return false;
            if (error == Interrupted) continue;
            // Without a lock two processes would spend one refresh token, and the server would end the session.
            throw HasNoLocks(error)
                ? new CredentialsFileException(CredentialsFileProblem.Unwritable, $"can't lock {path}: its file system has no locks")
                : Failure("lock", path);
        }

        return true;
    }

    // ENOLCK, EOPNOTSUPP, ENOSYS: some network file systems.
    private static bool HasNoLocks(int error) => OperatingSystem.IsLinux() ? error is 37 or 95 or 38 : error is 77 or 102 or 45 or 78;

    public static void Flush(SafeFileHandle handle, string path)
    {
        if (Synchronize(handle) != 0) throw Failure("flush", path);
    }

    public static void FlushFolder(string folder)
    {
        using var handle = OpenToRead(folder);
        if (handle is not null) Flush(handle, folder);
    }

    public static void Replace(string temporary, string path)
    {
        if (Rename(temporary, path) != 0) throw Failure("replace", path);
    }

    /// <summary>False where there was nothing to delete.</summary>
    public static bool Delete(string path)
    {
        if (Unlink(path) == 0) return true;
        return Marshal.GetLastPInvokeError() == NotFound ? false : throw Failure("delete", path);
    }

    public static bool Narrow(SafeFileHandle handle, UnixFileMode mode) => ChangeMode(handle, (uint)mode) == 0;

    public static bool Narrow(string path, UnixFileMode mode) => ChangeModeOf(path, (uint)mode) == 0;

    /// <summary>Kind, owner and mode of an open file. Elsewhere than on Linux the owner is not known, and taken for this user.</summary>
    public static FileFacts Inspect(SafeFileHandle handle, string path)
    {
        if (!OperatingSystem.IsLinux())
            return new FileFacts(IsRegular: !Directory.Exists(path), IsMine: true, File.GetUnixFileMode(handle));

        return StatX((int)handle.DangerousGetHandle(), "", EmptyPath, BasicStats, out var found) == 0
            ? found.ToFacts()
            : throw Failure("inspect", path);
    }

    /// <summary>Whether the name itself, be it a link, belongs to this user.</summary>
    public static bool IsNameMine(string path) =>
        !OperatingSystem.IsLinux()
        || StatX(WorkingFolder, path, DoNotFollow, BasicStats, out var found) != 0
        || found.ToFacts().IsMine;

    /// <summary>Whether an open file can still be found by a name. Elsewhere than on Linux it is taken to.</summary>
    public static bool HasName(SafeFileHandle handle, string path) =>
        !OperatingSystem.IsLinux()
        || (StatX((int)handle.DangerousGetHandle(), "", EmptyPath, BasicStats, out var found) == 0 ? found.Names > 0 : throw Failure("inspect", path));

    public static CredentialsFileException Failure(string verb, string path) =>
        new(CredentialsFileProblem.Unwritable, $"can't {verb} {path}: {Marshal.GetLastPInvokeErrorMessage()}");

    private const int Interrupted = 4;
    private const int WorkingFolder = -100, EmptyPath = 0x1000, DoNotFollow = 0x100;
    private const uint BasicStats = 0x7ff;

    // The same layout on every Linux, unlike struct stat.
    [StructLayout(LayoutKind.Explicit, Size = 256)]
    private struct StatXBuffer
    {
        [FieldOffset(16)]
        public uint Names;

        [FieldOffset(20)]
        public uint Owner;

        [FieldOffset(28)]
        public ushort Mode;

        public readonly FileFacts ToFacts() => new(
            IsRegular: (Mode & 0xF000) == 0x8000,
            IsMine: Owner == EffectiveUser(),
            (UnixFileMode)(Mode & 0xFFF));
    }

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);

    // On Linux the mode may stand among the fixed arguments.
    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags, uint mode);

    [LibraryImport("libc", EntryPoint = "creat", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Create(string path, uint mode);

    [LibraryImport("libc", EntryPoint = "mkostemp", SetLastError = true)]
    private static partial int MakeTemporary(byte[] template, int flags);

    [LibraryImport("libc", EntryPoint = "flock", SetLastError = true)]
    private static partial int Lock(SafeFileHandle handle, int operation);

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

    [LibraryImport("libc", EntryPoint = "statx", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int StatX(int folder, string path, int flags, uint mask, out StatXBuffer found);

    [LibraryImport("libc", EntryPoint = "geteuid")]
    private static partial uint EffectiveUser();
}

/// <summary>What the system says of an open file.</summary>
internal readonly record struct FileFacts(bool IsRegular, bool IsMine, UnixFileMode Mode);
