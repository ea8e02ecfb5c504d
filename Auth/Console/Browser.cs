using Datagen.Host;

namespace Datagen.Console;

/// <summary>The person's browser, opened only where a person can see it.</summary>
internal static class Browser
{
    // They start "successfully" in a terminal that is ours, where nobody can sign in with them.
    private static readonly string[] TextBrowsers = ["w3m", "lynx", "links", "links2", "elinks", "www-browser"];

    /// <summary>The commands to try, in order; none where there is no browser to be seen.</summary>
    public static IReadOnlyList<string> Commands(bool hasTerminal, Func<string, string?> environment)
    {
        if (!hasTerminal || IsSet("SSH_CONNECTION")) return [];
        if (environment("BROWSER") is { Length: > 0 } named)
            return [.. named.Split(':', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
                .Where(command => !TextBrowsers.Contains(Path.GetFileName(command.Split(' ')[0])))];
        if (OperatingSystem.IsMacOS()) return ["open"];
        return IsSet("DISPLAY") || IsSet("WAYLAND_DISPLAY") ? ["xdg-open"] : [];

        bool IsSet(string name) => environment(name) is { Length: > 0 };
    }

    /// <summary>Starts the first of the commands that can be started. No shell takes part.</summary>
    public static bool Open(IReadOnlyList<string> commands, Uri address, IEnumerable<string> secretVariables) =>
        commands.Any(command => ChildProcess.Start(Arguments(command, address.AbsoluteUri), secretVariables));

    /// <summary>The words of a command; the address takes the place of <c>%s</c>, or comes last.</summary>
    internal static string[] Arguments(string command, string address)
    {
        var words = command.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return command.Contains("%s", StringComparison.Ordinal)
            ? [.. words.Select(word => word.Replace("%s", address, StringComparison.Ordinal))]
            : [.. words, address];
    }
}
