using System.Runtime.InteropServices;

namespace Datagen.Host;

/// <summary>How wide a terminal is.</summary>
internal static partial class TerminalSize
{
    /// <summary>Null where the descriptor is no terminal, or one that does not say.</summary>
    public static int? Columns(int descriptor)
    {
        const nuint GetWindowSize = 0x5413; // Linux's TIOCGWINSZ
        Span<ushort> size = stackalloc ushort[4]; // rows, columns, and both in pixels
        return OperatingSystem.IsLinux() && Control(descriptor, GetWindowSize, size) == 0 && size[1] > 0 ? size[1] : null;
    }

    [LibraryImport("libc", EntryPoint = "ioctl")]
    private static partial int Control(int descriptor, nuint request, Span<ushort> size);
}
