namespace Tests.World;

/// <summary>A user without root's rights, so that modes mean something: root becomes nobody for it, anybody else is one already.</summary>
public sealed class UnprivilegedUser
{
    private const int Nobody = 65534;
    private static readonly string AsNobody = $"exec setpriv --reuid={Nobody} --regid={Nobody} --clear-groups \"$@\"";
    private readonly Cli _cli;

    private UnprivilegedUser(Cli cli) => _cli = cli;

    public static UnprivilegedUser Of(Cli cli, TemporaryFolder home)
    {
        var stranger = new UnprivilegedUser(cli);
        stranger.Owns(home.Path);
        return stranger;
    }

    public void Owns(params string[] paths)
    {
        if (!Environment.IsPrivilegedProcess) return;
        foreach (var path in paths) Libc.GiveAway(path, Nobody);
    }

    public Task<Run> RunAsync(params string[] arguments) => Environment.IsPrivilegedProcess
        ? _cli.RunInShellAsync(AsNobody, arguments)
        : _cli.RunAsync(arguments);

    public Started Start(params string[] arguments) => Environment.IsPrivilegedProcess
        ? _cli.StartInShell(AsNobody, arguments)
        : _cli.Start(arguments);

    /// <summary>Runs a line of shell in which <c>"$@"</c> is the program with its arguments.</summary>
    public Started StartInShell(string line, params string[] arguments) => Environment.IsPrivilegedProcess
        ? (_cli with { Program = "/bin/sh" }).StartInShell(AsNobody, ["-c", line, "sh", _cli.Program, .. arguments])
        : _cli.StartInShell(line, arguments);
}
