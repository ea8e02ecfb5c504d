using System.Runtime.InteropServices;
using System.Text;
using Datagen.Auth;

namespace Datagen.Host;

/// <summary>A standard stream by write(2) alone: the console class would set up the terminal and its signals first.</summary>
internal sealed partial class StandardStream(int descriptor) : TextWriter
{
    public const int StandardOutput = 1;
    public const int StandardError = 2;
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
            if (error == Errno.Interrupted) continue;
            if (error == Errno.Again)
            {
                // The pipe was set not to block, by a process that shares it, and its reader is behind.
                var waiting = new PollFd { Descriptor = descriptor, Events = Writable };
                _ = Poll(ref waiting, 1, -1);
                continue;
            }

            if (descriptor == StandardError) return; // stderr is gone; there is nowhere to report this
            throw error == Errno.BrokenPipe
                ? new IOException(Marshal.GetPInvokeErrorMessage(error), error)
                : new AuthException($"can't write to standard output: {Marshal.GetPInvokeErrorMessage(error)}");
        }
    }

    private const short Writable = 4; // POLLOUT

    [StructLayout(LayoutKind.Sequential)]
    private struct PollFd
    {
        public int Descriptor;
        public short Events;
        public short Returned;
    }

    [LibraryImport("libc", EntryPoint = "poll")]
    private static partial int Poll(ref PollFd first, nuint count, int milliseconds);

    [LibraryImport("libc", EntryPoint = "write", SetLastError = true)]
    private static partial nint WriteTo(int descriptor, ReadOnlySpan<byte> bytes, nuint count);
}
