using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Datagen.Host;

/// <summary>What the system says of a file. Elsewhere than on Linux the owner is not known, and taken for this user.</summary>
internal readonly partial record struct FileFacts
{
    private const int WorkingFolder = -100, EmptyPath = 0x1000, DoNotFollow = 0x100; // AT_FDCWD, AT_EMPTY_PATH, AT_SYMLINK_NOFOLLOW
    private const int KindMask = 0xF000, Regular = 0x8000, Folder = 0x4000, Link = 0xA000;

    public bool IsRegular { get; private init; }

    public bool IsFolder { get; private init; }

    public bool IsLink { get; private init; }

    public bool IsMine { get; private init; }

    /// <summary>Whether it can still be found by some name.</summary>
    public bool HasName { get; private init; }

    /// <summary>Whether names can only be added to a folder, or bytes to a file (chattr +a). False where the system does not say.</summary>
    public bool IsAppendOnly { get; private init; }

    /// <summary>Whether it is mounted by itself, so that nothing can take its name. False where the system does not say.</summary>
    public bool IsMountPoint { get; private init; }

    public UnixFileMode Mode { get; private init; }

    public DateTimeOffset Modified { get; private init; }

    /// <exception cref="SystemCallException">The system does not say.</exception>
    public static FileFacts Of(SafeFileHandle handle, string path)
    {
        if (!OperatingSystem.IsLinux()) return OfFramework(path) with { Mode = File.GetUnixFileMode(handle) };
        var descriptor = (int)handle.DangerousGetHandle();
        if (StatX(descriptor, "", EmptyPath, BasicStats, out var found) == 0) return found.ToFacts();
        var failure = SystemCallException.Last("inspect", path);
        return IsRefused(failure.Error) && Old(buffer => Stat(descriptor, buffer)) is { } facts ? facts : throw failure;
    }

    /// <summary>Of the name itself, be it a link; null where there is none, or the system does not say.</summary>
    public static FileFacts? OfName(string path)
    {
        if (!OperatingSystem.IsLinux())
            return File.Exists(path) || Directory.Exists(path) || new FileInfo(path).LinkTarget is not null ? OfFramework(path) : null;
        if (StatX(WorkingFolder, path, DoNotFollow, BasicStats, out var found) == 0) return found.ToFacts();
        return IsRefused(Marshal.GetLastPInvokeError()) ? Old(buffer => StatName(path, buffer)) : null;
    }

    /// <summary>Whether a name, be it a link, belongs to this user. One that is not there belongs to nobody else.</summary>
    public static bool IsNameMine(string path) => OfName(path) is not { IsMine: false };

    private static FileFacts OfFramework(string path)
    {
        var isFolder = Directory.Exists(path);
        return new FileFacts
        {
            IsRegular = !isFolder,
            IsFolder = isFolder,
            IsLink = new FileInfo(path).LinkTarget is not null,
            IsMine = true,
            HasName = true,
            Modified = File.GetLastWriteTimeUtc(path),
        };
    }

    private static FileFacts Found(int mode, uint owner, ulong names, long seconds, long nanoseconds) => new()
    {
        IsRegular = (mode & KindMask) == Regular,
        IsFolder = (mode & KindMask) == Folder,
        IsLink = (mode & KindMask) == Link,
        IsMine = owner == EffectiveUser(),
        HasName = names > 0,
        Mode = (UnixFileMode)(mode & 0xFFF),
        Modified = DateTimeOffset.UnixEpoch.AddTicks(Math.Clamp(seconds, -LongestSeconds, LongestSeconds) * TimeSpan.TicksPerSecond + nanoseconds / 100),
    };

    private const long LongestSeconds = 60_000_000_000; // About 1,900 years, as far as a DateTimeOffset reaches back.

    // Containers of older engines refuse the call with EPERM where it is newer than their list; the C library falls back on ENOSYS alone.
    private static bool IsRefused(int error) => error == Errno.NotPermitted || error == Errno.NotImplemented;

    private static FileFacts? Old(Func<byte[], int> call)
    {
        var stat = new byte[256]; // Larger than any struct stat.
        try
        {
            if (call(stat) != 0) return null;
        }
        catch (EntryPointNotFoundException)
        {
            return null; // glibc before 2.33 has these calls as macros only.
        }

        var (mode, owner, names) = RuntimeInformation.ProcessArchitecture == Architecture.X64
            ? (Number(24), Number(28), BinaryPrimitives.ReadUInt64LittleEndian(stat.AsSpan(16)))
            : (Number(16), Number(24), Number(20)); // The kernel's generic layout, such as arm64's and riscv64's.
        return Found((int)mode, owner, names, BinaryPrimitives.ReadInt64LittleEndian(stat.AsSpan(88)), BinaryPrimitives.ReadInt64LittleEndian(stat.AsSpan(96)));

        uint Number(int offset) => BinaryPrimitives.ReadUInt32LittleEndian(stat.AsSpan(offset));
    }

    private const uint BasicStats = 0x7ff;

    // The same layout on every Linux, unlike struct stat.
    [StructLayout(LayoutKind.Explicit, Size = 256)]
    private struct StatXBuffer
    {
        private const ulong AppendOnly = 0x20, MountRoot = 0x2000; // STATX_ATTR_APPEND, STATX_ATTR_MOUNT_ROOT

        [FieldOffset(8)]
        public ulong Attributes;

        [FieldOffset(16)]
        public uint Names;

        [FieldOffset(20)]
        public uint Owner;

        [FieldOffset(28)]
        public ushort Mode;

        [FieldOffset(112)]
        public long ModifiedSeconds;

        [FieldOffset(120)]
        public uint ModifiedNanoseconds;

        public readonly FileFacts ToFacts() =>
            Found(Mode, Owner, Names, ModifiedSeconds, ModifiedNanoseconds) with
            {
                IsAppendOnly = (Attributes & AppendOnly) != 0,
                IsMountPoint = (Attributes & MountRoot) != 0,
            };
    }

    [LibraryImport("libc", EntryPoint = "statx", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int StatX(int folder, string path, int flags, uint mask, out StatXBuffer found);

    [LibraryImport("libc", EntryPoint = "fstat", SetLastError = true)]
    private static partial int Stat(int descriptor, [Out] byte[] stat);

    [LibraryImport("libc", EntryPoint = "lstat", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int StatName(string path, [Out] byte[] stat);

    [LibraryImport("libc", EntryPoint = "geteuid")]
    private static partial uint EffectiveUser();
}
