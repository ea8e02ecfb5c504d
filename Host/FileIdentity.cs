using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Datagen.Host;

/// <summary>Which file it is and when it was changed last: cheap to ask for, and different after any change that the file system can tell of.</summary>
internal readonly partial record struct FileIdentity(ulong Device, ulong Inode, ulong Size, UnixTime Modified, UnixTime Changed)
{
    private const int WorkingFolder = -100, EmptyPath = 0x1000, AskServer = 0x2000;
    private const uint BasicStats = 0x7ff;

    /// <summary>Of an open file; null where the system does not say.</summary>
    public static FileIdentity? Of(SafeFileHandle handle) =>
        OperatingSystem.IsLinux() ? Of((int)handle.DangerousGetHandle(), ""u8, EmptyPath) : null;

    /// <summary>Of what a name leads to; null where there is nothing, or the system does not say. Allocates nothing.</summary>
    /// <param name="path">UTF-8 that ends in NUL.</param>
    public static FileIdentity? Of(ReadOnlySpan<byte> path) =>
        OperatingSystem.IsLinux() ? Of(WorkingFolder, path, 0) : null;

    // Another machine's change to a network file system is seen too: its server is asked, as opening the file would.
    private static FileIdentity? Of(int folder, ReadOnlySpan<byte> path, int flags) =>
        StatX(folder, in MemoryMarshal.GetReference(path), flags | AskServer, BasicStats, out var found) == 0
            ? new FileIdentity(((ulong)found.DeviceMajor << 32) | found.DeviceMinor, found.Inode, found.Size, found.Modified, found.Changed)
            : null;

    // The same layout on every Linux, unlike struct stat.
    [StructLayout(LayoutKind.Explicit, Size = 256)]
    private struct StatXBuffer
    {
        [FieldOffset(32)]
        public ulong Inode;

        [FieldOffset(40)]
        public ulong Size;

        [FieldOffset(96)]
        public UnixTime Changed;

        [FieldOffset(112)]
        public UnixTime Modified;

        [FieldOffset(136)]
        public uint DeviceMajor;

        [FieldOffset(140)]
        public uint DeviceMinor;
    }

    [LibraryImport("libc", EntryPoint = "statx")]
    private static partial int StatX(int folder, in byte path, int flags, uint mask, out StatXBuffer found);
}

/// <summary>A moment as the kernel has it (struct statx_timestamp).</summary>
[StructLayout(LayoutKind.Sequential)]
internal readonly record struct UnixTime(long Seconds, uint Nanoseconds)
{
    /// <summary>Whether it is at least that long before <paramref name="now"/>.</summary>
    public bool IsBefore(DateTimeOffset now, TimeSpan by) =>
        Seconds < now.ToUnixTimeSeconds() - (long)by.TotalSeconds;
}
