using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Datagen.Host;

/// <summary>What the system says of a file. Elsewhere than on Linux the owner is not known, and taken for this user.</summary>
internal readonly partial record struct FileFacts(bool IsRegular, bool IsFolder, bool IsLink, bool IsMine, bool HasName, UnixFileMode Mode)
{
    private const int WorkingFolder = -100, EmptyPath = 0x1000, DoNotFollow = 0x100;
    private const uint BasicStats = 0x7ff;

    /// <exception cref="SystemCallException">The system does not say.</exception>
    public static FileFacts Of(SafeFileHandle handle, string path)
    {
        if (!OperatingSystem.IsLinux())
        {
            var isFolder = Directory.Exists(path);
            return new FileFacts(!isFolder, isFolder, IsLink: false, IsMine: true, HasName: true, File.GetUnixFileMode(handle));
        }

        return StatX((int)handle.DangerousGetHandle(), "", EmptyPath, BasicStats, out var found) == 0
            ? found.ToFacts()
            : throw SystemCallException.Last("inspect", path);
    }

    /// <summary>Of the name itself, be it a link; null where there is none, or the system does not say.</summary>
    public static FileFacts? OfName(string path)
    {
        if (!OperatingSystem.IsLinux())
        {
            var name = new FileInfo(path);
            var isFolder = Directory.Exists(path);
            return name.Exists || name.LinkTarget is not null || isFolder
                ? new FileFacts(name.Exists, isFolder, name.LinkTarget is not null, IsMine: true, HasName: true, default)
                : null;
        }

        return StatX(WorkingFolder, path, DoNotFollow, BasicStats, out var found) == 0 ? found.ToFacts() : null;
    }

    /// <summary>Whether a name, be it a link, belongs to this user. One that is not there belongs to nobody else.</summary>
    public static bool IsNameMine(string path) => OfName(path) is not { IsMine: false };

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
            IsFolder: (Mode & 0xF000) == 0x4000,
            IsLink: (Mode & 0xF000) == 0xA000,
            IsMine: Owner == EffectiveUser(),
            HasName: Names > 0,
            (UnixFileMode)(Mode & 0xFFF));
    }

    [LibraryImport("libc", EntryPoint = "statx", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int StatX(int folder, string path, int flags, uint mask, out StatXBuffer found);

    [LibraryImport("libc", EntryPoint = "geteuid")]
    private static partial uint EffectiveUser();
}
