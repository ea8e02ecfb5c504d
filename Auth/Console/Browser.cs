using System.Text;
using Datagen.Host;

namespace Datagen.Console;

/// <summary>The person's browser, opened only where a person can see it.</summary>
internal static class Browser
{
    // They start "successfully" in a terminal that is ours, where nobody can sign in with them.
    private static readonly string[] s_textBrowsers = ["w3m", "lynx", "links", "links2", "elinks", "www-browser"];

    /// <summary>The commands to try, in order, each as its words; none where there is no browser to be seen.</summary>
    public static IReadOnlyList<string[]> Commands(bool hasTerminal, Func<string, string?> environment)
    {
        if (!hasTerminal || IsSet("SSH_CONNECTION")) return [];
        if (environment("BROWSER") is { Length: > 0 } named)
            return [.. Parse(named).Where(words => !s_textBrowsers.Contains(Path.GetFileName(words[0])))];
        if (OperatingSystem.IsMacOS()) return [["open"]];
        return IsSet("DISPLAY") || IsSet("WAYLAND_DISPLAY") ? [["xdg-open"]] : [];

        bool IsSet(string name) => environment(name) is { Length: > 0 };
    }

    /// <summary>Starts the first of the commands that can be started. No shell takes part.</summary>
    public static bool Open(IReadOnlyList<string[]> commands, Uri address, IEnumerable<string> secretVariables) =>
        commands.Any(command => ChildProcess.Start(Arguments(command, address.AbsoluteUri), secretVariables));

    /// <summary>The address takes the place of <c>%s</c>, or comes last.</summary>
    internal static string[] Arguments(string[] command, string address) =>
        command.Any(word => word.Contains("%s", StringComparison.Ordinal))
            ? [.. command.Select(word => word.Replace("%s", address, StringComparison.Ordinal))]
            : [.. command, address];

    /// <summary>Commands with colons between, each of words that are quoted as in a shell: by <c>"</c>, <c>'</c> or a backslash.</summary>
    internal static List<string[]> Parse(string text)
    {
        var commands = new List<string[]>();
        var words = new List<string>();
        StringBuilder? word = null;
        char? quote = null;
        for (var i = 0; i < text.Length; i++)
        {
            var c = text[i];
            if (c == '\\' && quote != '\'' && i + 1 < text.Length) (word ??= new()).Append(text[++i]);
            else if (c == quote) quote = null;
            else if (quote is not null) word!.Append(c);
            else if (c is '"' or '\'')
            {
                quote = c;
                word ??= new();
            }
            else if (c is ' ' or '\t') EndWord();
            else if (c == ':') EndCommand();
            else (word ??= new()).Append(c);
        }

        EndCommand();
        return commands;

        void EndWord()
        {
            if (word is not null) words.Add(word.ToString());
            word = null;
        }

        void EndCommand()
        {
            EndWord();
            if (words is [{ Length: > 0 }, ..]) commands.Add([.. words]);
            words.Clear();
        }
    }
}
