using Datagen.Auth;

namespace Datagen.Console;

/// <summary>The commands, as the framework's own help texts tell them: the one table behind help, errors, completion and manual.</summary>
/// <remarks>
/// A method's doc comment is its command's help. The summary's first sentence is the title, and what follows <c>Example:</c> an example.
/// The text of a parameter that takes a value begins with the value's name: <c>duration: Refresh first…</c>. <c>a|b</c> are the only
/// values that there are, <c>a|b|…</c> the usual ones. Words in braces are the product's.
/// </remarks>
/// <param name="product">Whose words.</param>
/// <param name="framework">The framework's help for some words: a command's own, or the list of all.</param>
internal sealed class HelpTable(Product product, Func<IEnumerable<string>, string> framework)
{
    private static readonly Dictionary<string, string> s_groups = new()
    {
        [""] = "{title} command line. Example: {name} auth login Example: {name} api /v1/datasets",
        ["auth"] = "Sign in, sign out, and check your session. Example: {name} auth login Example: {name} auth status",
        ["auth credential"] =
            "Hand the access token to another tool, in the form that it asks for. Example: git config --global credential.https://git.example.com.helper '!{name} auth credential git'",
    };

    private static readonly HelpItem[] s_everywhere =
    [
        new("--profile", null, "name", "Which of several accounts on this machine"),
        new("--verbose", null, null, "Trace HTTP requests on stderr, every secret redacted"),
        new("--help", "-h", null, "Show this help"),
    ];

    private readonly Dictionary<string, HelpPage> _pages = [];
    private List<HelpLink>? _commands;

    /// <summary>The page of the command or group that the words lead to; the first words of it are the path.</summary>
    public HelpPage Find(IReadOnlyList<string> words)
    {
        // The framework finds a command at once; only a group, or what is no command, takes a look at the list of all.
        if (words.Count > 0 && Parse(framework(words)) is { Path.Length: > 0 } command && IsOurs(command.Path)) return command;
        var path = "";
        foreach (var word in words)
        {
            var longer = path.Length == 0 ? word : $"{path} {word}";
            if (!Commands.Exists(listed => listed.Path.StartsWith(longer + ' ', StringComparison.Ordinal))) break;
            path = longer;
        }

        return Group(path);
    }

    public HelpPage Page(string path) => _pages.TryGetValue(path, out var page) ? page : _pages[path] = Find(path.Split(' '));

    /// <summary>The program's name.</summary>
    public string Program => product.Name;

    /// <summary>Every group and every command.</summary>
    public IEnumerable<HelpPage> All => s_groups.Keys.Concat(Commands.Select(command => command.Path)).Select(Page);

    private List<HelpLink> Commands =>
        _commands ??= [.. Section(framework([]).Split('\n'), "Commands:").Select(line => new HelpLink(line.Term, Title(line.Text))).Where(command => IsOurs(command.Path))];

    private bool IsOurs(string path) => product.HasOrganizations || path != "auth org";

    private HelpPage Group(string path)
    {
        var depth = path.Length == 0 ? 0 : path.Count(c => c == ' ') + 1;
        var below = Commands.Where(command => path.Length == 0 || command.Path.StartsWith(path + ' ', StringComparison.Ordinal))
            .Select(command => string.Join(' ', command.Path.Split(' ').Take(depth + 1)))
            .Distinct()
            .Select(child => s_groups.TryGetValue(child, out var group) ? new HelpLink(child, Title(group)) : Commands.Find(command => command.Path == child)!);
        HelpItem[] own = path.Length == 0 ? [new("--version", null, null, "Show the version")] : [];
        return NewPage(path, s_groups[path], [.. below], [], [.. own, .. s_everywhere]);
    }

    private HelpPage Parse(string text)
    {
        var lines = text.Split('\n');
        var usage = lines[0]["Usage: ".Length..];
        var path = usage.StartsWith('[') ? "" : usage[..usage.IndexOf(" [", StringComparison.Ordinal)];
        if (path.Length == 0) return NewPage("", "", [], [], []);
        var arguments = Section(lines, "Arguments:").Select(line => Item(line.Term, line.Text) with { Name = "" });
        var options = Section(lines, "Options:").Select(line => Item(line.Term, line.Text));
        return NewPage(path, lines.ElementAtOrDefault(2) ?? "", [], [.. arguments], [.. options, .. s_everywhere]);
    }

    private HelpPage NewPage(string path, string summary, IReadOnlyList<HelpLink> commands, IReadOnlyList<HelpItem> arguments, IReadOnlyList<HelpItem> options)
    {
        var parts = summary.Split("Example: ", StringSplitOptions.TrimEntries);
        var end = parts[0].IndexOf(". ", StringComparison.Ordinal);
        return new HelpPage(
            path.Length == 0 ? product.Name : $"{product.Name} {path}",
            path,
            Title(summary),
            Spell(end < 0 ? "" : parts[0][(end + 2)..]),
            [.. parts.Skip(1).Select(Spell)],
            commands,
            arguments,
            options);
    }

    // "-H, --header <string[]?>" and "header: A header to add [Default: null]".
    private HelpItem Item(string term, string text)
    {
        var type = term.IndexOf('<', StringComparison.Ordinal);
        var names = (type < 0 ? term : term[..type]).Trim().Split(", ");
        var mark = text.IndexOf("[Default:", StringComparison.Ordinal) is >= 0 and var at ? at : text.IndexOf("[Required]", StringComparison.Ordinal);
        if (mark >= 0) text = text[..mark].TrimEnd();
        var end = type < 0 ? -1 : text.IndexOf(": ", StringComparison.Ordinal);
        return new HelpItem(
            names[^1],
            names.Length > 1 ? names[0] : null,
            type < 0 ? null : end < 0 ? "value" : text[..end],
            Spell(text[(end < 0 ? 0 : end + 2)..]),
            type >= 0 && term.Contains("[]", StringComparison.Ordinal));
    }

    private static IEnumerable<(string Term, string Text)> Section(string[] lines, string title)
    {
        foreach (var line in lines.SkipWhile(line => line != title).Skip(1).TakeWhile(line => line.Length > 0))
        {
            var item = line.Trim();
            var end = item.IndexOf("  ", StringComparison.Ordinal);
            yield return end < 0 ? (item, "") : (item[..end], item[end..].TrimStart());
        }
    }

    private string Title(string summary)
    {
        var end = summary.IndexOf(". ", StringComparison.Ordinal);
        return Spell(end < 0 ? summary.TrimEnd('.') : summary[..end]);
    }

    private string Spell(string text) => !text.Contains('{', StringComparison.Ordinal) ? text : text
        .Replace("{name}", product.Name, StringComparison.Ordinal)
        .Replace("{NAME}", product.EnvironmentPrefix, StringComparison.Ordinal)
        .Replace("{title}", product.Title, StringComparison.Ordinal)
        .Replace("{identity}", product.Words.Identity, StringComparison.Ordinal)
        .Replace("{acting}", product.Words.Acting, StringComparison.Ordinal);
}

/// <summary>All that help tells of a command or a group of commands.</summary>
/// <param name="Name">As it is typed, the program's name included.</param>
/// <param name="Path">The same without the program's name; empty for the program itself.</param>
internal sealed record HelpPage(
    string Name,
    string Path,
    string Title,
    string Details,
    IReadOnlyList<string> Examples,
    IReadOnlyList<HelpLink> Commands,
    IReadOnlyList<HelpItem> Arguments,
    IReadOnlyList<HelpItem> Options)
{
    public bool IsGroup => Commands.Count > 0;

    public string Usage => (IsGroup ? " <command>" : "") + (Arguments is [{ Repeats: true } only] ? $" [options] -- <{only.Shown}> [arguments]" : string.Concat(Arguments.Select(argument => $" <{argument.Shown}>")) + " [options]");
}

internal sealed record HelpLink(string Path, string Title)
{
    public string Word => Path[(Path.LastIndexOf(' ') + 1)..];
}

/// <summary>An option, or an argument, which has no name.</summary>
/// <param name="Value">What the value is called; null where there is none.</param>
internal sealed record HelpItem(string Name, string? Letter, string? Value, string Text, bool Repeats = false)
{
    private const string Open = "|…";

    public string? Shown => Value?.Replace(Open, "", StringComparison.Ordinal);

    public bool IsCalled(string name) => name == Name || name == Letter;

    /// <summary>The values that there are, or the usual ones.</summary>
    public string[] Choices => Shown?.Contains('|', StringComparison.Ordinal) == true ? Shown.Split('|') : [];

    public bool Allows(string value) => Choices is [] || Value!.EndsWith(Open, StringComparison.Ordinal) || Choices.Contains(value);
}
