namespace WholeProgram.CommandLine;

public sealed class Help : IDisposable
{
    private readonly TemporaryFolder _home = new();

    public void Dispose() => _home.Dispose();

    private Cli Named(string name) => Cli.Named(name, _home.Path);

    [Theory]
    [InlineData("datagen")]
    [InlineData("genlabz")]
    public async Task Version_is_the_name_and_three_numbers(string name) =>
        Assert.Equal(new Run(0, $"{name} 1.0.0\n", ""), await Named(name).RunAsync("--version"));

    [Theory]
    [InlineData("datagen", "", "auth,api")]
    [InlineData("datagen", "api", "--input,--paginate,--format")]
    [InlineData("datagen", "auth", "login,logout,status,org,token,list,switch,doctor,credential")]
    [InlineData("datagen", "auth login", "--flow,--no-browser,--port,--with-token,--qr,--clipboard,--start,--finish,--wait,--format")]
    [InlineData("datagen", "auth logout", "--local,--format")]
    [InlineData("datagen", "auth status", "--format")]
    [InlineData("datagen", "auth org", "--list,--use,--format")]
    [InlineData("datagen", "auth token", "--min-validity,--refresh,--format")]
    [InlineData("datagen", "auth credential", "git,docker,kubectl,curl")]
    [InlineData("datagen", "auth credential git", "--host,--format")]
    [InlineData("datagen", "auth credential curl", "--format")]
    [InlineData("genlabz", "", "auth,api")]
    [InlineData("genlabz", "auth", "login,logout,status,token,list,switch,doctor,credential")]
    [InlineData("datagen", "auth list", "--format,--profile,--verbose")]
    [InlineData("datagen", "auth switch", "--format")]
    [InlineData("datagen", "auth doctor", "--format")]
    [InlineData("genlabz", "auth login", "--flow,--no-browser,--port,--with-token,--qr,--clipboard,--format")]
    [InlineData("genlabz", "auth status", "--format")]
    public async Task Is_on_standard_output_at_every_level(string name, string command, string names)
    {
        var words = command.Split(' ', StringSplitOptions.RemoveEmptyEntries);

        var run = await Named(name).RunAsync([.. words, "--help"]);

        Assert.Equal((0, ""), (run.ExitCode, run.StandardError));
        Assert.Matches($@"(?m)^  {name}{(words.Length > 0 ? " " : "")}{command} [\[<]", run.StandardOutput);
        Assert.All(names.Split(','), word => Assert.Matches($@"(?m)^  {word}( |$)", run.StandardOutput));
        Assert.Matches(@"(?m)^  (-\?, )?-h,.*--help|--help.*-h", run.StandardOutput);
        Assert.Matches(@"(?m)^Examples?:\n  \S", run.StandardOutput);
        Assert.DoesNotContain('{', run.StandardOutput);
        var prose = run.StandardOutput.Split("\nExample")[0].Split('\n');
        Assert.All(prose, line => Assert.InRange(line.Length, 0, 80));
        Assert.Equal(run, await Named(name).RunAsync([.. words, "-h"]));
        Assert.Equal(run, await Named(name).RunAsync(["--help", .. words]));
    }

    [Theory]
    [InlineData(60)]
    [InlineData(130)]
    public async Task Is_as_wide_as_the_terminal(int columns)
    {
        var shell = Named("datagen") with { Program = "/bin/sh" };
        using var terminal = shell.StartAllAtTerminal("-c", $"stty cols {columns}; exec {Executable.Path("datagen")} auth login --help");

        await terminal.SaysAsync("(Examples:)", TestContext.Current.CancellationToken);

        var widest = terminal.ErrorSoFar.Split("Examples:")[0].Split('\n').Max(line => line.TrimEnd('\r').Length);
        Assert.InRange(widest, columns - 35, columns);
    }

    [Theory]
    [InlineData("login", "  --flow device|browser ")]
    [InlineData("login", "  --wait duration ")]
    [InlineData("token", "  --min-validity duration ")]
    public async Task Names_the_values(string command, string row) =>
        Assert.Contains(row, (await Named("datagen").RunAsync("auth", command, "--help")).StandardOutput, StringComparison.Ordinal);

    [Fact]
    public async Task Says_what_each_product_shows()
    {
        Assert.Contains("the active organization", (await Named("datagen").RunAsync("auth", "status", "-h")).StandardOutput, StringComparison.Ordinal);
        Assert.Contains("their groups", (await Named("genlabz").RunAsync("auth", "status", "-h")).StandardOutput, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Of_GenLabZ_knows_no_organizations() =>
        Assert.DoesNotContain("org", (await Named("genlabz").RunAsync("auth", "--help")).StandardOutput, StringComparison.Ordinal);

    [Theory]
    [InlineData]
    [InlineData("auth")]
    public async Task Is_the_answer_to_a_command_that_only_holds_others(params string[] command)
    {
        var run = await Named("datagen").RunAsync(command);

        Assert.Equal(await Named("datagen").RunAsync([.. command, "--help"]), run);
    }

    [Theory]
    [InlineData("status")]
    [InlineData("login")]
    public async Task Needs_neither_home_nor_server(string command) =>
        Assert.Equal(0, (await Named("datagen").Without("HOME").RunAsync("auth", command, "--help")).ExitCode);
}
