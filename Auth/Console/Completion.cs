using Datagen.Auth;
using Datagen.Sessions;
using Datagen.Storage;

namespace Datagen.Console;

/// <summary>What the shell offers: its script asks the program at every Tab what the last of the words so far could become.</summary>
internal sealed class Completion(HelpTable table, Product product, Func<string, string?> environment)
{
    /// <summary>What a shell's script calls the program with, before the words.</summary>
    public const string Name = "__complete";

    // Instead of candidates: the shell knows better which files there are.
    private const string Files = ":files";

    private string? _profile;

    /// <summary>A line each, a tab before its description.</summary>
    public int Print(Output output, IReadOnlyList<string> words)
    {
        foreach (var (word, description) in Candidates(words)) output.PrintLine(description is null ? word : $"{word}\t{description}");
        return ExitCode.Done;
    }

    private IEnumerable<(string Word, string? Description)> Candidates(IReadOnlyList<string> words)
    {
        // --name=value is one word to zsh and fish, and three to bash.
        var separate = words.SelectMany(word =>
            word == "=" ? [] : word.StartsWith("--", StringComparison.Ordinal) && word.IndexOf('=', StringComparison.Ordinal) is > 0 and var at
                ? new[] { word[..at], word[(at + 1)..] }
                : [word]).ToList();
        if (words is [.., "="]) separate.Add("");
        var typed = separate is [.., var last] ? last : "";
        var path = new List<string>();
        var page = table.Find(path);
        var arguments = 0;
        HelpItem? waiting = null;
        foreach (var word in separate.SkipLast(1))
        {
            if (waiting is not null)
            {
                if (waiting.Name == "--profile") _profile = word;
                waiting = null;
            }
            else if (word == "--") return [];
            else if (CommandLine.IsOption(word)) waiting = page.Options.FirstOrDefault(option => option.IsCalled(word) && option.Value is not null);
            else if (page.Commands.Any(command => command.Word == word)) page = table.Find([.. path, .. (string[])[word]]);
            else arguments++;
            if (page.Path.Length > 0) path = [.. page.Path.Split(' ')];
        }

        var all = waiting is not null ? Values(waiting)
            : typed.StartsWith('-') ? page.Options.Select(option => (option.Name, (string?)option.Text))
            : arguments < page.Arguments.Count ? Values(page.Arguments[arguments])
            : arguments == 0 ? page.Commands.Select(command => (command.Word, (string?)command.Title))
            : [];
        return all.Where(candidate => candidate.Item1 == Files || candidate.Item1.StartsWith(typed, StringComparison.Ordinal));
    }

    private IEnumerable<(string Word, string? Description)> Values(HelpItem item) => (item.Value switch
    {
        "name" => SessionOptions.FromEnvironment(product).Folder is { } folder ? Profiles.WithCredential(folder) : [],
        "slug" => SeenOrganizations.Folder(product.Name, Profile(), environment) is { } folder ? SeenOrganizations.Read(folder) : [],
        "file" => [Files],
        _ => item.Choices,
    }).Select(value => (value, (string?)null));

    private string? Profile()
    {
        var options = SessionOptions.FromEnvironment(product);
        return Profiles.InForce(_profile is null ? options : options with { Profile = _profile }, product);
    }
}

/// <summary>The scripts that make a shell ask.</summary>
internal static class CompletionScript
{
    public static string For(Shell shell, Product product) => (shell switch
    {
        Shell.Bash => Bash,
        Shell.Zsh => Zsh,
        _ => Fish,
    }).Replace("NAME", product.Name, StringComparison.Ordinal);

    private const string Bash = """
        # bash completion for NAME: source <(NAME completion bash)
        _NAME() {
            local IFS=$'\n'
            COMPREPLY=($(NAME __complete "${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null | cut -f 1))
            if [[ ${COMPREPLY[0]} == :files ]]; then
                compopt -o filenames
                COMPREPLY=($(compgen -f -- "${COMP_WORDS[COMP_CWORD]#=}"))
            fi
        }
        complete -F _NAME NAME
        """;

    private const string Zsh = """
        #compdef NAME
        # zsh completion for NAME: source <(NAME completion zsh), after compinit; or as _NAME in a folder of $fpath
        _NAME() {
            local -a candidates
            candidates=("${(@f)$(NAME __complete "${(@)words[2,CURRENT]}" 2>/dev/null)}")
            compset -P '--*='
            if [[ $candidates[1] == :files ]]; then _files; return; fi
            candidates=("${(@)candidates//:/\\:}")
            candidates=("${(@)candidates/$'\t'/:}")
            _describe NAME candidates
        }
        if [[ $funcstack[1] == _NAME ]]; then _NAME "$@"; else compdef _NAME NAME; fi
        """;

    private const string Fish = """
        # fish completion for NAME: NAME completion fish | source
        function __NAME_complete
            set -l words (commandline -opc) (commandline -ct)
            set -l option (string match -r -- '^--[^=]*=' $words[-1])
            set -l candidates (NAME __complete $words[2..] 2>/dev/null)
            if test "$candidates[1]" = :files
                set candidates (__fish_complete_path (string replace -r -- '^--[^=]*=' '' $words[-1]))
            end
            string replace -r -- '^' "$option" $candidates
        end
        complete -c NAME -f -a '(__NAME_complete)'
        """;
}

internal enum Shell
{
    Bash,
    Zsh,
    Fish,
}
