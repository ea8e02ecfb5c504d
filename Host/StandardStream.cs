using System.Runtime.InteropServices;
using System.Text;
using Datagen.Auth;

namespace Datagen.Host;

/// <summary>A standard stream by write(2) alone: the console class would set up the terminal and its signals first.</summary>
internal sealed partial class StandardStream(int descriptor) : TextWriter
{
    private const int Enough = 64 << 10;
    private byte[] _pending = [];
    private int _length;

    public override Encoding Encoding => Encoding.UTF8;

    public override void Write(char value) => Write([value]);

    public override void Write(string? value) => Write(value.AsSpan());

    /// <summary>Keeps the text until there is a good deal of it. Characters of two halves must not be written one half at a time.</summary>
    public override void Write(ReadOnlySpan<char> text)
    {
        if (_length >= Enough) Flush();
        var most = _length + Encoding.UTF8.GetMaxByteCount(text.Length);
        if (most > _pending.Length) Array.Resize(ref _pending, Math.Max(most, 2 * _pending.Length));
        _length += Encoding.UTF8.GetBytes(text, _pending.AsSpan(_length));
    }

    public override void Flush()
    {
        var length = _length;
        _length = 0;
        WriteNow(_pending.AsSpan(0, length));
    }

    /// <summary>Writes bytes as they are, after whatever is pending.</summary>
    public void WriteBytes(ReadOnlyMemory<byte> bytes)
    {
        Flush();
        WriteNow(bytes.Span);
    }

    private void WriteNow(ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            var count = WriteTo(descriptor, bytes, (nuint)bytes.Length);
            if (count >= 0)
            {
                bytes = bytes[(int)count..];
                continue;
            }

            var error = Marshal.GetLastPInvokeError();
            if (error == Interrupted) continue;
            if (error == s_again)
            {
                // Whoever started us shares a pipe that never waits, and its reader is behind.
                var place = new Place { Descriptor = descriptor, Events = Writable };
                _ = Poll(ref place, 1, -1);
                continue;
            }

            // Nobody is left to be told that nobody can be told.
            if (descriptor == StandardError) return;
            throw error == BrokenPipe
                ? new IOException(Marshal.GetPInvokeErrorMessage(error), error)
                : new AuthException($"can't write to standard output: {Marshal.GetPInvokeErrorMessage(error)}");
        }
    }

    /// <summary>Fills the places of standard streams that were closed, before a file or a connection takes one and is written into.</summary>
    public static void ReservePlaces()
    {
        int descriptor;
        do descriptor = Open("/dev/null", 0);
        while (descriptor is >= 0 and <= StandardError);
        if (descriptor > StandardError) _ = Close(descriptor);
    }

    /// <summary>Past a limit on the size of files a write fails and can be told; by default it would end the process with a signal.</summary>
    public static void LetLargeWritesFail()
    {
        const int FileTooLarge = 25, Ignore = 1;
        _ = OnSignal(FileTooLarge, Ignore);
    }

    public const int StandardOutput = 1;
    public const int StandardError = 2;
    public const int BrokenPipe = 32;
    private const int Interrupted = 4;
    private const short Writable = 4;
    private static readonly int s_again = OperatingSystem.IsLinux() ? 11 : 35;

    [StructLayout(LayoutKind.Sequential)]
    private struct Place
    {
        public int Descriptor;
        public short Events;
        public short Happened;
    }

    [LibraryImport("libc", EntryPoint = "poll")]
    private static partial int Poll(ref Place place, nuint count, int milliseconds);

    [LibraryImport("libc", EntryPoint = "open", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int Close(int descriptor);

    [LibraryImport("libc", EntryPoint = "write", SetLastError = true)]
    private static partial nint WriteTo(int descriptor, ReadOnlySpan<byte> bytes, nuint count);

    [LibraryImport("libc", EntryPoint = "signal")]
    private static partial nint OnSignal(int signal, nint handler);
}
