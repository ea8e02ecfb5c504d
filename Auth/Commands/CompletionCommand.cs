using System.CommandLine;
using System.CommandLine.Completions;
using Datagen.Auth;
using Datagen.Console;

namespace Datagen.Commands;

/// <summary>What the shell completes: a script for it, which asks the program again at every Tab.</summary>
internal static class CompletionCommand
{
    /// <summary>What a shell's script calls the program with, before the words so far; the last of them is the one to complete.</summary>
    public const string Name = "__complete";

    public static int Run(Product product, Output output, Shell shell)
    {
        var script = shell switch
        {
            Shell.Bash => Bash,
            Shell.Zsh => Zsh,
            _ => Fish,
        };
        output.PrintLine(script.Replace("NAME", product.Name, StringComparison.Ordinal));
        return ExitCode.Done;
    }

    /// <summary>Prints what the last word could become: a line each, a tab before its description.</summary>
    public static int RunCandidates(Command root, Output output, IReadOnlyList<string> words)
    {
        foreach (var (candidate, description) in Candidates(root, words))
            output.PrintLine(description is null ? candidate : $"{candidate}\t{description}");
        return ExitCode.Done;
    }

    // The parser's own completions offer True and False after every flag, and nothing else there.
    internal static IEnumerable<Candidate> Candidates(Command root, IReadOnlyList<string> words)
    {
        var command = root;
        var options = new List<Option>(root.Options.Where(option => option.Recursive));
        Option? waiting = null;
        // --name=value is one word to zsh and fish, and three to bash.
        var separate = words.SelectMany(word =>
            word == "=" ? [] : word.StartsWith("--", StringComparison.Ordinal) && word.IndexOf('=', StringComparison.Ordinal) is > 0 and var at
                ? new[] { word[..at], word[(at + 1)..] }
                : [word]).ToList();
        if (words is [.., "="]) separate.Add("");
        var typed = separate is [.., var last] ? last : "";
        foreach (var word in separate.SkipLast(1))
        {
            if (waiting is not null) waiting = null;
            else if (word == "--") return [];
            else if (word.StartsWith('-')) waiting = Named(word) is { } option && TakesValue(option) ? option : null;
            else if (command.Subcommands.FirstOrDefault(subcommand => subcommand.Name == word) is { } next)
            {
                command = next;
                options.AddRange(next.Options.Where(inherited => inherited.Recursive));
            }
            else if (command.Arguments.Count == 0) return [];
        }

        var all = waiting is not null ? Values(waiting)
            : typed.StartsWith('-') ? command.Options.Concat(options).Distinct()
                .Where(option => !option.Hidden && option.Name.StartsWith("--", StringComparison.Ordinal))
                .Select(option => new Candidate(option.Name, option.Description))
            : command.Subcommands.Where(subcommand => !subcommand.Hidden)
                .Select(subcommand => new Candidate(subcommand.Name, subcommand.Description))
                .Concat(command.Arguments.SelectMany(Values));
        return all.Where(candidate => candidate.Word.StartsWith(typed, StringComparison.Ordinal));

        Option? Named(string name) =>
            command.Options.Concat(options).FirstOrDefault(option => option.Name == name || option.Aliases.Contains(name));
    }

    private static bool TakesValue(Option option) => option.Arity.MaximumNumberOfValues > 0 && option.ValueType != typeof(bool);

    private static IEnumerable<Candidate> Values(Symbol symbol) =>
        symbol.GetCompletions(CompletionContext.Empty).Select(item => new Candidate(item.Label, null));

    private const string Bash = """
        # bash completion for NAME: source <(NAME completion bash)
        _NAME() {
            local IFS=$'\n'
            COMPREPLY=($(NAME __complete "${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null | cut -f 1))
        }
        complete -F _NAME NAME
        """;

    private const string Zsh = """
        #compdef NAME
        # zsh completion for NAME: source <(NAME completion zsh), after compinit; or as _NAME in a folder of $fpath
        _NAME() {
            local -a candidates
            candidates=("${(@f)$(NAME __complete "${(@)words[2,CURRENT]}" 2>/dev/null)}")
            candidates=("${(@)candidates//:/\\:}")
            candidates=("${(@)candidates/$'\t'/:}")
            compset -P '--*='
            _describe NAME candidates
        }
        if [[ $funcstack[1] == _NAME ]]; then _NAME "$@"; else compdef _NAME NAME; fi
        """;

    private const string Fish = """
        # fish completion for NAME: NAME completion fish | source
        function __NAME_complete
            set -l words (commandline -opc) (commandline -ct)
            set -l option (string match -r -- '^--[^=]*=' $words[-1])
            NAME __complete $words[2..] 2>/dev/null | string replace -r -- '^' "$option"
        end
        complete -c NAME -f -a '(__NAME_complete)'
        """;
}

internal sealed record Candidate(string Word, string? Description);

internal enum Shell
{
    Bash,
    Zsh,
    Fish,
}
