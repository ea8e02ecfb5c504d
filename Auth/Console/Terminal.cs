using System.Globalization;
using Datagen.Host;

namespace Datagen.Console;

/// <summary>What standard error can show, told by the environment. Where that says nothing, plain lines.</summary>
internal sealed class Terminal(bool isThere, Func<string, string?> environment)
{
    public const int UsualColumns = 80;

    public bool IsThere => isThere;

    /// <summary>Whether it acts on control sequences.</summary>
    public bool HasControls => isThere && environment("TERM") != "dumb";

    /// <summary>https://no-color.org</summary>
    public bool HasColors => HasControls && !IsSet("NO_COLOR");

    /// <summary>Whether it is one that makes links of OSC 8. What is between it and us, such as tmux, may not pass them on.</summary>
    public bool HasLinks =>
        HasColors && !IsSet("TMUX") && !IsSet("STY")
        && (environment("TERM_PROGRAM") is "iTerm.app" or "WezTerm" or "vscode" or "ghostty"
            || IsSet("KITTY_WINDOW_ID") || IsSet("WT_SESSION") || IsSet("DOMTERM")
            || (int.TryParse(environment("VTE_VERSION"), NumberStyles.None, CultureInfo.InvariantCulture, out var vte) && vte >= 5000));

    public int Columns => (isThere ? TerminalSize.Columns(StandardStream.StandardError) : null) ?? UsualColumns;

    public string Address(Uri address)
    {
        var target = address.AbsoluteUri;
        var shown = IsPlain(address.OriginalString) ? address.OriginalString : target;
        return HasLinks && IsPlain(target) ? $"\u001b]8;;{target}\u001b\\{shown}\u001b]8;;\u001b\\" : shown;
    }

    private static bool IsPlain(string text) => text.All(c => c is > ' ' and <= '~');

    private bool IsSet(string name) => environment(name) is { Length: > 0 };
}
