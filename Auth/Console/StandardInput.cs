using System.Text;
using Datagen.Auth;
using Microsoft.Win32.SafeHandles;

namespace Datagen.Console;

/// <summary>Standard input, never more of it than can be meant. A read can't be called off; its thread ends with the process.</summary>
internal static class StandardInput
{
    // Not the console's, which would switch the terminal's keypad first.
    public static FileStream Open() => new(new SafeFileHandle(0, ownsHandle: false), FileAccess.Read, bufferSize: 0);

    /// <summary>All that there is, less a byte order mark.</summary>
    /// <param name="input">Standard input.</param>
    /// <param name="longest">How many bytes may be meant.</param>
    /// <param name="what">What they are, for the error.</param>
    /// <param name="cancellation">Ends the wait.</param>
    /// <exception cref="AuthException">There is more.</exception>
    public static Task<string> ReadAllAsync(Stream input, int longest, string what, CancellationToken cancellation) =>
        ReadAsync(input, longest, what, _ => false, cancellation);

    /// <summary>What comes before a blank line, or all where there is none: the writer may keep the pipe open.</summary>
    /// <inheritdoc cref="ReadAllAsync"/>
    public static async Task<string> ReadToBlankLineAsync(Stream input, int longest, string what, CancellationToken cancellation)
    {
        var text = (await ReadAsync(input, longest, what, bytes => EndOfBlankLine(bytes) >= 0, cancellation)).Replace("\r\n", "\n", StringComparison.Ordinal);
        return text.StartsWith('\n') ? "" : text.Split("\n\n")[0];
    }

    private static async Task<string> ReadAsync(Stream input, int longest, string what, Func<ReadOnlyMemory<byte>, bool> isWhole, CancellationToken cancellation)
    {
        var buffer = new byte[longest];
        var length = 0;
        while (!isWhole(buffer.AsMemory(0, length)))
        {
            if (length == longest) throw new AuthException($"what came on standard input is too long for {what}");
            var count = await Task.Run(() => input.Read(buffer, length, longest - length), cancellation).WaitAsync(cancellation);
            if (count == 0) break;
            length += count;
        }

        var text = buffer.AsSpan(0, length);
        return Encoding.UTF8.GetString(text.StartsWith(Encoding.UTF8.Preamble) ? text[Encoding.UTF8.Preamble.Length..] : text);
    }

    private static int EndOfBlankLine(ReadOnlyMemory<byte> bytes)
    {
        var span = bytes.Span;
        if (span.StartsWith(Encoding.UTF8.Preamble)) span = span[Encoding.UTF8.Preamble.Length..];
        if (span.StartsWith("\n"u8) || span.StartsWith("\r\n"u8)) return 0;
        var unix = span.IndexOf("\n\n"u8);
        return unix >= 0 ? unix : span.IndexOf("\n\r\n"u8);
    }
}
