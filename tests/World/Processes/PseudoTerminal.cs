namespace Tests.World;

/// <summary>The program at a real terminal, made by script(1).</summary>
public static class PseudoTerminal
{
    /// <summary>Standard input and standard error are the terminal; standard output is a file, to be told apart from it.</summary>
    public static Started StartAtTerminal(this Cli cli, params string[] arguments)
    {
        var output = Path.Combine(cli.Environment["HOME"], $"output-{Guid.NewGuid():N}");
        return Start(cli, arguments, $">{Quote(output)}", output);
    }

    /// <summary>All three streams are the terminal; what it shows counts as standard error.</summary>
    public static Started StartAllAtTerminal(this Cli cli, params string[] arguments) => Start(cli, arguments, "", "/dev/null");

    private static Started Start(Cli cli, IEnumerable<string> arguments, string redirection, string output)
    {
        var command = string.Join(' ', arguments.Prepend(cli.Program).Select(Quote));
        return new Started(
            cli.With("SHELL", "/bin/sh").With("TERM", cli.Environment.GetValueOrDefault("TERM", "xterm-256color"))
                .Prepare("/usr/bin/script", ["-qefc", $"exec {command} {redirection}", "/dev/null"]),
            input: null,
            output);
    }

    private static string Quote(string word) => $"'{word.Replace("'", @"'\''", StringComparison.Ordinal)}'";
}
