using System.CommandLine;
using Datagen.Auth;

namespace Datagen.Console;

/// <summary>A command line that could not be read, told with the word that is in the way and the nearest one that would do.</summary>
internal static class CommandLineErrors
{
    public static UsageException Explain(ParseResult parsed, Product product)
    {
        var command = parsed.CommandResult.Command;
        var path = PathOf(parsed);
        var help = $"{path} --help shows what there is";
        if (parsed.UnmatchedTokens is not [var token, ..]) return new UsageException(Sentence(parsed.Errors[0].Message), help);

        var isOption = token.StartsWith('-');
        var kind = isOption ? "option" : command.Subcommands.Count > 0 ? "command" : "argument";
        var names = isOption
            ? parsed.RootCommandResult.Command.Options.Where(option => option.Recursive).Concat(command.Options).Select(option => option.Name)
            : command.Subcommands.Select(subcommand => subcommand.Name);
        var typed = token.Split('=')[0];
        return new UsageException(
            $"{Printable.Text(typed)} is no {kind} of {path}",
            Nearest(typed, names) is { } nearest ? $"did you mean {nearest}?" : help);
    }

    /// <summary>Asked of the bare words, since the errors of a command line that can't be read are told in the format it names.</summary>
    public static bool AsksForJson(IReadOnlyList<string> arguments)
    {
        for (var i = 0; i < arguments.Count; i++)
        {
            if (arguments[i] == "--") return false;
            if (arguments[i] == "--format=json" || (arguments[i] == "--format" && i + 1 < arguments.Count && arguments[i + 1] == "json"))
                return true;
        }

        return false;
    }

    internal static string? Nearest(string typed, IEnumerable<string> names)
    {
        string? nearest = null;
        var least = int.MaxValue;
        foreach (var name in names)
        {
            var distance = Distance(typed, name);
            if (distance >= least || distance > Math.Max(1, name.TrimStart('-').Length / 2)) continue;
            nearest = name;
            least = distance;
        }

        return nearest;
    }

    // Levenshtein's, one row at a time.
    private static int Distance(string a, string b)
    {
        var row = new int[b.Length + 1];
        for (var j = 0; j < row.Length; j++) row[j] = j;
        for (var i = 1; i <= a.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= b.Length; j++)
            {
                var replaced = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.Min(Math.Min(row[j], row[j - 1]) + 1, replaced);
            }
        }

        return row[b.Length];
    }

    private static string PathOf(ParseResult parsed)
    {
        var names = new Stack<string>();
        for (System.CommandLine.Parsing.SymbolResult? at = parsed.CommandResult; at is System.CommandLine.Parsing.CommandResult result; at = result.Parent)
            names.Push(result.Command.Name);
        return string.Join(' ', names);
    }

    // Our messages begin in lower case and end without a period; the library's are sentences.
    private static string Sentence(string message)
    {
        var text = Printable.Text(message).TrimEnd('.');
        return text.Length > 1 && char.IsUpper(text[0]) && char.IsLower(text[1]) ? char.ToLowerInvariant(text[0]) + text[1..] : text;
    }
}
