namespace WholeProgram.CommandLine;

/// <summary>Tab in the shells themselves, at a terminal.</summary>
public sealed class Completion : Situation
{
    private const string Tab = "\t";
    private const string Bash = "/bin/bash";
    private const string Zsh = "/usr/bin/zsh";
    private const string Fish = "/usr/bin/fish";

    /// <summary>Completed words make a command that runs: the shell's echo alone could deceive.</summary>
    [Theory]
    [InlineData(Bash, "--norc --noprofile -i", "source <(datagen completion bash)")]
    [InlineData(Zsh, "-f -i", "autoload -U compinit; compinit -u -D; source <(datagen completion zsh)")]
    [InlineData(Fish, "--no-config -i", "datagen completion fish | source")]
    public async Task Of_commands_options_and_organizations_runs_the_command(string shell, string arguments, string setUp)
    {
        await SignedInAsync();
        Assert.Equal(0, (await Datagen.RunAsync("auth", "org", "--list")).ExitCode);
        using var terminal = AtTheShell(shell).StartAllAtTerminal(arguments.Split(' '));
        await terminal.TypeAsync($"{setUp}; echo set'-up'\n");
        await terminal.SaysAsync("(set-up)", Stop);

        await terminal.TypeAsync($"datagen au{Tab}or{Tab}--u{Tab}tes{Tab}\n");

        await terminal.SaysAsync("(active_org_slug: test-org)", Stop);
        await terminal.TypeAsync($"datagen auth org --use=your{Tab}\n");
        await terminal.SaysAsync("(active_org_slug: yourcompany)", Stop);
        await terminal.TypeAsync("exit\n");
        await terminal.ExitAsync(Stop);
    }

    [Fact]
    public async Task In_fish_shows_what_each_word_is_for()
    {
        var run = await AtTheShell(Fish)
            .RunAsync("--no-config", "-c", "datagen completion fish | source; complete -C 'datagen auth logi'; complete -C 'datagen auth login --flow=d'");

        Assert.Equal(new Run(0, "login\tSign in, and store the credential\n--flow=device\n", ""), run);
    }

    [Theory]
    [InlineData("au", "auth")]
    [InlineData("auth st", "status")]
    [InlineData("auth switch ", "")]
    [InlineData("auth org --list --format ", "text,json")]
    [InlineData("auth login --fl", "--flow")]
    [InlineData("auth login --no-browser --flow d", "device")]
    [InlineData("auth credential git ", "get,store,erase")]
    [InlineData("auth status -- ", "")]
    [InlineData("no such words ", "")]
    public async Task Offers_what_fits(string line, string expected)
    {
        var run = await Datagen.RunAsync(["__complete", .. line.Split(' ')]);

        Assert.Equal((0, ""), (run.ExitCode, run.StandardError));
        var offered = run.StandardOutput.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(row => row.Split('\t')[0]);
        Assert.Equal(expected.Split(',', StringSplitOptions.RemoveEmptyEntries), offered);
    }

    [Fact]
    public async Task Offers_the_profiles()
    {
        await SignedInAsync();
        new Credentials(Home[".config/datagen/profiles/work/credentials.json"]).Put(File.Json);

        Assert.Equal("default\nwork\n", (await Datagen.RunAsync("__complete", "auth", "switch", "")).StandardOutput);
        Assert.Equal("work\n", (await Datagen.RunAsync("__complete", "auth", "status", "--profile", "w")).StandardOutput);
    }

    [Fact]
    public async Task Offers_no_organization_that_would_do_something_else_on_a_command_line()
    {
        await SignedInAsync();
        Changes("/userinfo", "memberships", """[{"slug":"$(touch x)"},{"slug":"-x"},{"slug":"a b"},{"slug":"fine.org_1"},{"slug":"a;b"}]""");
        await Datagen.RunAsync("auth", "org", "--list");

        Assert.Equal("fine.org_1\n", (await Datagen.RunAsync("__complete", "auth", "org", "--use", "")).StandardOutput);
    }

    [Fact]
    public async Task Forgets_the_organizations_with_the_session()
    {
        await SignedInAsync();
        await Datagen.RunAsync("auth", "org", "--list");
        Assert.Equal(OwnerOnly, System.IO.File.GetUnixFileMode(Home[".cache/datagen/organizations"]));

        await Datagen.RunAsync("auth", "logout", "--local");

        Assert.Equal(new Run(0, "", ""), await Datagen.RunAsync("__complete", "auth", "org", "--use", ""));
    }

    [Theory]
    [InlineData(Bash, "--norc --noprofile -i", "source <(datagen completion bash)")]
    [InlineData(Zsh, "-f -i", "autoload -U compinit; compinit -u -D; source <(datagen completion zsh)")]
    [InlineData(Fish, "--no-config -i", "datagen completion fish | source")]
    public async Task Of_file_names_after_input_is_the_shells_own(string shell, string arguments, string setUp)
    {
        await System.IO.File.WriteAllTextAsync(Home["a-body.json"], "{}", Stop);
        using var terminal = AtTheShell(shell).With("DATAGEN_TOKEN", "at-1").With("DATAGEN_API", "http://127.0.0.1:1").StartAllAtTerminal(arguments.Split(' '));
        await terminal.TypeAsync($"{setUp}; cd {Home.Path}; echo set'-up'\n");
        await terminal.SaysAsync("(set-up)", Stop);

        await terminal.TypeAsync($"datagen api /x --input a-b{Tab} --method '?'\n");

        await terminal.SaysAsync(@"(\? is no method of an API)", Stop);
        Assert.Contains("a-body.json", terminal.ErrorSoFar, StringComparison.Ordinal);
        await terminal.TypeAsync("exit\n");
        await terminal.ExitAsync(Stop);
    }

    [Fact]
    public async Task Offers_each_profile_its_own_organizations()
    {
        await SignedInAsync();
        new Credentials(Home[".config/datagen/profiles/work/credentials.json"]).Put(File.Json);
        await Datagen.RunAsync("auth", "org", "--list", "--profile", "work");

        Assert.Equal("", (await Datagen.RunAsync("__complete", "auth", "org", "--use", "")).StandardOutput);
        Assert.Equal("yourcompany\ntest-org\n", (await Datagen.RunAsync("__complete", "auth", "org", "--profile", "work", "--use", "")).StandardOutput);
        Assert.Equal("yourcompany\ntest-org\n", (await Datagen.With("DATAGEN_PROFILE", "work").RunAsync("__complete", "auth", "org", "--use", "")).StandardOutput);
    }

    [Fact]
    public async Task Waits_for_no_file_that_is_none()
    {
        Directory.CreateDirectory(Home[".cache/datagen"]);
        Libc.MakeFifo(Home[".cache/datagen/organizations"]);

        Assert.Equal(new Run(0, "", ""), await Datagen.RunAsync("__complete", "auth", "org", "--use", ""));
    }

    private Cli AtTheShell(string shell) =>
        Datagen.With("PATH", $"{Path.GetDirectoryName(Executable.Path("datagen"))}:/usr/bin:/bin") with { Program = shell };
}
