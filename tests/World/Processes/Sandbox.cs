namespace Tests.World;

/// <summary>The program where one folder is on a file system of its own, made by bubblewrap and gone afterwards.</summary>
public static class Sandbox
{
    private const string Tool = "/usr/bin/bwrap";

    /// <summary>Runs a line of shell in which <c>"$@"</c> is the program with its arguments.</summary>
    public static Task<Run> RunInSandboxAsync(this Cli cli, string[] mounts, string line, params string[] arguments)
    {
        Assert.SkipUnless(File.Exists(Tool), "needs bubblewrap");
        return (cli with { Program = Tool }).RunAsync(
            ["--bind", "/", "/", "--dev-bind", "/dev", "/dev", .. mounts, "--", "/bin/sh", "-c", line, "sh", cli.Program, .. arguments]);
    }
}
