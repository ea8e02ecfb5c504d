using System.Collections.Immutable;
using System.Diagnostics;

namespace Tests.World;

/// <summary>The published executable, with an environment of which every variable is named here.</summary>
public sealed record Cli(string Program, ImmutableSortedDictionary<string, string> Environment)
{
    public static Cli Named(string name, string home) => new(
        Executable.Path(name),
        ImmutableSortedDictionary<string, string>.Empty
            .Add("HOME", home)
            .Add("PATH", "/usr/local/bin:/usr/bin:/bin")
            .Add("LANG", "C.UTF-8"));

    public Cli With(string name, string value) => this with { Environment = Environment.SetItem(name, value) };

    public Cli Without(string name) => this with { Environment = Environment.Remove(name) };

    /// <summary>Runs it to its end, with nothing on standard input.</summary>
    public Task<Run> RunAsync(params string[] arguments) => RunWithInputAsync("", arguments);

    public async Task<Run> RunWithInputAsync(string input, params string[] arguments)
    {
        using var started = new Started(Prepare(Program, arguments), input);
        return await started.ExitAsync(TestContext.Current.CancellationToken);
    }

    /// <summary>Runs a line of shell in which <c>"$@"</c> is the program with its arguments.</summary>
    public async Task<Run> RunInShellAsync(string line, params string[] arguments)
    {
        using var started = StartInShell(line, arguments);
        return await started.ExitAsync(TestContext.Current.CancellationToken);
    }

    /// <summary>Standard input stays open.</summary>
    public Started Start(params string[] arguments) => new(Prepare(Program, arguments), input: null);

    public Started StartInShell(string line, params string[] arguments) =>
        new(Prepare("/bin/sh", ["-c", line, "sh", Program, .. arguments]), input: "");

    public ProcessStartInfo Prepare(string program, IEnumerable<string> arguments)
    {
        var info = new ProcessStartInfo(program, arguments) { WorkingDirectory = Path.GetTempPath() };
        info.Environment.Clear();
        foreach (var (name, value) in Environment) info.Environment[name] = value;
        return info;
    }
}
