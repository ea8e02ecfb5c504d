using System.Runtime.InteropServices;
using System.Text;

namespace Datagen.Auth.Commands;

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
        for (var sent = 0; sent < length;)
        {
            var count = WriteTo(descriptor, _pending.AsSpan(sent), (nuint)(length - sent));
            if (count >= 0) sent += (int)count;
            else if (Marshal.GetLastPInvokeError() is var error && error != Interrupted)
            {
                // Nobody is left to be told that nobody can be told.
                if (descriptor == StandardError) return;
                throw error == BrokenPipe
                    ? new IOException(Marshal.GetPInvokeErrorMessage(error), error)
                    : new AuthException($"can't write to standard output: {Marshal.GetPInvokeErrorMessage(error)}");
            }
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

    [LibraryImport("libc", EntryPoint = "open", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int Close(int descriptor);

    [LibraryImport("libc", EntryPoint = "write", SetLastError = true)]
    private static partial nint WriteTo(int descriptor, ReadOnlySpan<byte> bytes, nuint count);

    [LibraryImport("libc", EntryPoint = "signal")]
    private static partial nint OnSignal(int signal, nint handler);
}
