namespace WholeProgram.Scripts;

/// <summary>packaging/install.sh, and from where it takes anything; curl is one that only writes down what it is asked.</summary>
public sealed class Installing : IDisposable
{
    private readonly TemporaryFolder _home = new();

    public void Dispose() => _home.Dispose();

    [Theory]
    [InlineData("http://127.0.0.1:x@elsewhere.example")]
    [InlineData("http://127.0.0.1:80@elsewhere.example/")]
    [InlineData("http://127.0.0.1@elsewhere.example")]
    [InlineData("http://127.0.0.1:80\\@elsewhere.example")]
    [InlineData("http://127.0.0.1:")]
    [InlineData("http://127.0.0.1.elsewhere.example:80/")]
    [InlineData("http://me@127.0.0.1:80/")]
    [InlineData("http://127.0.0.10:80/")]
    [InlineData("http://elsewhere.example/127.0.0.1:80")]
    [InlineData("http://elsewhere.example")]
    [InlineData("HTTP://127.0.0.1:80")]
    [InlineData("ftp://127.0.0.1:80")]
    public async Task Takes_nothing_over_a_line_that_others_can_write_into(string from) =>
        Assert.Equal(new Run(1, "", $"install.sh: {from} is not https\n"), await InstallAsync(from));

    [Theory]
    [InlineData("https://downloads.example/datagen", "https://downloads.example/datagen/SHA256SUMS")]
    [InlineData("http://127.0.0.1:8080/", "http://127.0.0.1:8080/SHA256SUMS")]
    [InlineData("http://127.0.0.1:8080/a@b", "http://127.0.0.1:8080/a@b/SHA256SUMS")]
    [InlineData("http://127.0.0.1", "http://127.0.0.1/SHA256SUMS")]
    public async Task Asks_over_https_or_this_machine(string from, string asked)
    {
        var run = await InstallAsync(from);

        Assert.Equal(22, run.ExitCode);
        Assert.EndsWith($" {asked}\n", run.StandardError, StringComparison.Ordinal);
    }

    private async Task<Run> InstallAsync(string from)
    {
        await File.WriteAllTextAsync(_home["curl"], "#!/bin/sh\necho \"$@\" >&2\nexit 22\n", TestContext.Current.CancellationToken);
        File.SetUnixFileMode(_home["curl"], UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        return await (Cli.Named("datagen", _home.Path) with { Program = "/bin/sh" }).With("PATH", $"{_home.Path}:/usr/bin:/bin")
            .RunAsync(Repository.Path("packaging/install.sh"), from, _home["to"]);
    }
}
