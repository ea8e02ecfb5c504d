using Datagen.Auth;
using Datagen.Sessions;

namespace Datagen.Console;

/// <summary>
/// What a person typed, made into words that the framework reads as they were meant. The framework knows no <c>--name=value</c>, no
/// <c>-XPUT</c> and no argument after <c>--</c>; it takes option names in any case, the last of two values, and answers a mistake with help.
/// </summary>
internal sealed class CommandLine
{
    /// <summary>Stands between the values of a repeated option and before an argument that begins with a hyphen; no word of a process can hold it.</summary>
    public const char Mark = '\0';

    private static readonly string[] s_beforeTheCommand = ["--profile", "--verbose", "--help", "-h"];

    private readonly HelpTable _table;
    private readonly Dictionary<string, string?> _options = [];

    /// <exception cref="UsageException">It makes no sense.</exception>
    public CommandLine(HelpTable table, string[] typed)
    {
        _table = table;
        var (before, after) = Array.IndexOf(typed, "--") is >= 0 and var end ? (typed[..end], typed[(end + 1)..]) : (typed, []);
        var next = 0;
        var arguments = new List<string>();
        for (; next < before.Length && (!IsOption(before[next]) || s_beforeTheCommand.Contains(NameOf(before[next]))); next++)
        {
            if (IsOption(before[next])) ReadOption(table.Find([]), before, ref next);
            else arguments.Add(before[next]);
        }

        Page = table.Find(arguments);
        AsksForHelp = before.Any(word => word is "-h" or "--help");
        if (AsksForHelp) return;

        var path = Page.Path.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        arguments.RemoveRange(0, path.Length);
        CheckCommand(arguments); // before its options, which only the command could explain
        for (; next < before.Length; next++)
        {
            if (IsOption(before[next])) ReadOption(Page, before, ref next);
            else arguments.Add(before[next]);
        }

        arguments.AddRange(after);
        if (Page.Arguments is [.., { Repeats: true }] && arguments.Count >= Page.Arguments.Count)
        {
            var last = Page.Arguments.Count - 1;
            arguments[last] = string.Concat(arguments.Skip(last).Select(word => Mark + word));
            arguments.RemoveRange(last + 1, arguments.Count - last - 1);
        }

        Check(arguments);
        if (_options.Remove("--profile", out var profile)) Profile = ProfileName(profile!);
        IsVerbose = _options.Remove("--verbose");
        AsksForVersion = _options.Remove("--version");
        AsksForHelp = Page.IsGroup && !AsksForVersion;
        Words =
        [
            .. path,
            .. arguments.Select(argument => IsOption(argument) ? Mark + argument : argument),
            .. _options.SelectMany(option => option.Value is null ? new[] { option.Key } : [option.Key, option.Value]),
        ];
    }

    /// <summary>The command, or the group that the words led to.</summary>
    public HelpPage Page { get; }

    /// <summary>What the framework is to read.</summary>
    public string[] Words { get; } = [];

    public bool AsksForHelp { get; }

    public bool AsksForVersion { get; }

    public string? Profile { get; }

    public bool IsVerbose { get; }

    public static bool IsOption(string word) => word.Length > 1 && word[0] == '-';

    /// <summary>Asked of the bare words, since the errors of a command line that can't be read are told in the format it names.</summary>
    public static bool AsksForJson(IReadOnlyList<string> words)
    {
        for (var i = 0; i < words.Count && words[i] != "--"; i++)
        {
            if (words[i] == "--format=json" || (words[i] == "--format" && i + 1 < words.Count && words[i + 1] == "json")) return true;
        }

        return false;
    }

    /// <exception cref="UsageException">No profile can be called that.</exception>
    public static string ProfileName(string name) => Profiles.IsName(name)
        ? name
        : throw new UsageException(
            $"{Printable.Text(name)} can't be a profile's name",
            "a name has at most 64 letters, digits, dots, underscores and hyphens, a letter or digit first");

    private void ReadOption(HelpPage page, string[] words, ref int at)
    {
        var word = words[at];
        var name = NameOf(word);
        var value = name.Length < word.Length ? word[(name.Length + 1)..] : null;
        var option = page.Options.FirstOrDefault(option => option.IsCalled(name));
        if (option is null && word[1] != '-')
        {
            option = page.Options.FirstOrDefault(option => option.Letter == word[..2] && option.Value is not null);
            value = word[2..];
        }

        if (option is null && page.Arguments is [{ Repeats: true }])
            throw new UsageException($"unknown option '{Printable.Text(name)}' for {page.Name}", $"put -- before the command: {page.Name}{page.Usage}");
        if (option is null) throw Unknown("option", name, page, page.Options.Select(option => option.Name), Habits.OfOption(_table.Program, page, name));
        if (option.Value is null)
        {
            if (value is not (null or "true" or "false")) throw new UsageException($"{option.Name} takes no value", HelpOf(page));
            if (value != "false") _options[option.Name] = null;
            return;
        }

        // A value may begin with a hyphen, but the name of an option is that option.
        if (value is null && words.ElementAtOrDefault(at + 1) is { } next && !page.Options.Any(option => option.IsCalled(NameOf(next))))
        {
            value = next;
            at++;
        }

        if (string.IsNullOrEmpty(value)) throw new UsageException($"{option.Name} needs {Wanted(option)}", HelpOf(page));
        if (!option.Allows(value)) throw NotAmong(option.Choices, option.Name, value, page);
        if (_options.TryAdd(option.Name, value)) return;
        if (!option.Repeats) throw new UsageException($"{option.Name} is given twice", HelpOf(page));
        _options[option.Name] += Mark + value;
    }

    private void CheckCommand(List<string> arguments)
    {
        if (Page.IsGroup && arguments is [var word, ..]) throw Unknown("command", word, Page, Page.Commands.Select(command => command.Word), Meant(word));
    }

    private void Check(List<string> arguments)
    {
        CheckCommand(arguments);
        for (var i = 0; i < arguments.Count; i++)
        {
            if (i >= Page.Arguments.Count)
                throw new UsageException(
                    $"unexpected argument '{Printable.Text(arguments[i])}' for {Page.Name}", Meant(arguments[i]) is { } meant ? $"did you mean {meant}?" : HelpOf(Page));
            if (!Page.Arguments[i].Allows(arguments[i])) throw NotAmong(Page.Arguments[i].Choices, Page.Name, arguments[i], Page);
        }

        if (Page.Arguments.ElementAtOrDefault(arguments.Count) is { } missing)
            throw new UsageException($"{Page.Name} needs {Wanted(missing)}", $"run {Page.Name}{Page.Usage}");
    }

    private string? Meant(string word) => Habits.OfCommand(_table.Program, Page.Path, word, _table.Page("auth"));

    private static UsageException Unknown(string kind, string word, HelpPage page, IEnumerable<string> names, string? meant) => new(
        $"unknown {kind} '{Printable.Text(word)}' for {page.Name}",
        (meant ?? Spelling.Nearest(word, names)) is { } nearest ? $"did you mean {nearest}?" : HelpOf(page));

    private static UsageException NotAmong(string[] choices, string name, string value, HelpPage page) => new(
        $"{name} takes {Either(choices)}, not {Printable.Text(value)}",
        Spelling.Nearest(value, choices) is { } nearest ? $"did you mean {nearest}?" : HelpOf(page));

    private static string Wanted(HelpItem item) => item.Choices is { Length: > 1 } choices ? Either(choices) : $"a {item.Shown}";

    private static string Either(string[] choices) => $"{string.Join(", ", choices[..^1])} or {choices[^1]}";

    private static string HelpOf(HelpPage page) => $"run {page.Name} --help";

    private static string NameOf(string word) => word.IndexOf('=', StringComparison.Ordinal) is > 0 and var end ? word[..end] : word;
}
