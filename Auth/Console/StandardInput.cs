using System.Text;
using Datagen.Auth;
using Microsoft.Win32.SafeHandles;

namespace Datagen.Console;

/// <summary>Standard input, never more of it than can be meant. A read can't be called off; its thread ends with the process.</summary>
internal static class StandardInput
{
    // Not the console's, which would switch the terminal's keypad first.
    public static FileStream Open() => new(new SafeFileHandle(0, ownsHandle: false), FileAccess.Read, bufferSize: 0);

    /// <summary>All that there is.</summary>
    /// <param name="input">Standard input.</param>
    /// <param name="longest">How many bytes may be meant.</param>
    /// <param name="what">What they are, for the error.</param>
    /// <param name="cancellation">Ends the wait.</param>
    /// <exception cref="AuthException">There is more.</exception>
    public static async Task<string> ReadAllAsync(Stream input, int longest, string what, CancellationToken cancellation)
    {
        var buffer = new byte[longest];
        var length = await Task.Run(() => input.ReadAtLeast(buffer, longest, throwOnEndOfStream: false), cancellation).WaitAsync(cancellation);
        return length < longest
            ? Encoding.UTF8.GetString(buffer, 0, length)
            : throw new AuthException($"what came on standard input is too long for {what}");
    }

    /// <summary>What one read gives, which is one line of a terminal; null at the end.</summary>
    public static async Task<string?> ReadLineAsync(Stream input, int longest, CancellationToken cancellation)
    {
        var buffer = new byte[longest];
        var length = await Task.Run(() => input.Read(buffer), cancellation).WaitAsync(cancellation);
        return length == 0 ? null : Encoding.UTF8.GetString(buffer, 0, length);
    }
}
