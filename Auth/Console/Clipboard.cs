using System.Text;
using Datagen.Auth;
using Datagen.Host;

namespace Datagen.Console;

/// <summary>Puts a user code, never a token, where the person can paste it from.</summary>
internal static class Clipboard
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    /// <summary>The programs to try, in order.</summary>
    public static IEnumerable<string[]> Commands(Func<string, string?> environment)
    {
        if (OperatingSystem.IsMacOS()) yield return ["pbcopy"];
        if (environment("WAYLAND_DISPLAY") is { Length: > 0 }) yield return ["wl-copy"];
        if (environment("DISPLAY") is not { Length: > 0 }) yield break;
        yield return ["xclip", "-selection", "clipboard"];
        yield return ["xsel", "--clipboard", "--input"];
    }

    /// <summary>Copies by the first program that can, else by the terminal. Tells how, for the person; null if there is no way.</summary>
    public static string? Copy(string userCode, Terminal terminal, Func<string, string?> environment, Action<string> write)
    {
        var bytes = Encoding.UTF8.GetBytes(userCode);
        foreach (var command in Commands(environment))
        {
            if (ChildProcess.Run(command, Product.SecretVariables, bytes, Patience) == 0) return $"the user code is on the clipboard ({command[0]})";
        }

        if (!terminal.HasControls) return null;
        write($"\u001b]52;c;{Convert.ToBase64String(bytes)}\a");
        return "the user code was offered to the terminal for its clipboard (OSC 52), which it may not take";
    }
}
