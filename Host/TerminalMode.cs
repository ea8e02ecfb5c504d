using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace Datagen.Host;

/// <summary>The terminal on standard input, out of line mode until disposed of: in line mode it cuts a line at 4,095 bytes.</summary>
internal sealed partial class TerminalMode : IDisposable
{
    // Linux's struct termios: four words of flags, a byte, and the control characters.
    private const int Size = 128, LocalFlags = 12, ControlCharacters = 17, Timeout = 5, Minimum = 6;
    private const uint LineByLine = 0x2, EchoesControls = 0x200;
    private const int AtOnce = 0;

    private readonly byte[] _before;

    private TerminalMode(byte[] before) => _before = before;

    /// <summary>Null where standard input is no terminal, or its mode can't be changed.</summary>
    public static TerminalMode? CharacterByCharacter()
    {
        if (!OperatingSystem.IsLinux()) return null;
        var before = new byte[Size];
        if (GetMode(0, before) != 0) return null;
        var mode = before.ToArray();
        var flags = mode.AsSpan(LocalFlags);
        var local = BinaryPrimitives.ReadUInt32LittleEndian(flags);
        if ((local & LineByLine) == 0) return null;
        BinaryPrimitives.WriteUInt32LittleEndian(flags, local & ~(LineByLine | EchoesControls));
        mode[ControlCharacters + Timeout] = 0;
        mode[ControlCharacters + Minimum] = 1;
        return SetMode(0, AtOnce, mode) == 0 ? new TerminalMode(before) : null;
    }

    public void Dispose() => _ = SetMode(0, AtOnce, _before);

    [LibraryImport("libc", EntryPoint = "tcgetattr")]
    private static partial int GetMode(int descriptor, byte[] mode);

    [LibraryImport("libc", EntryPoint = "tcsetattr")]
    private static partial int SetMode(int descriptor, int when, byte[] mode);
}
