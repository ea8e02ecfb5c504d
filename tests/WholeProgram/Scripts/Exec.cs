using System.Globalization;

namespace WholeProgram.Scripts;

/// <summary><c>auth exec</c>: a command with the token in its environment, in the place of the program.</summary>
public class Exec : Situation
{
    private string Token => File["access_token"];

    [Fact]
    public async Task Gives_the_token_to_the_command_alone_and_ends_as_it_does()
    {
        await SignedInAsync();

        var run = await Datagen.RunWithInputAsync("input", "auth", "exec", "--", "/bin/sh", "-c", "cat; echo; echo $DATAGEN_TOKEN; echo err >&2; exit 7");

        Assert.Equal(new Run(7, $"input\n{Token}\n", "err\n"), run);
        Assert.Empty(Requests);
    }

    [Fact]
    public async Task Leaves_its_words_as_they_are()
    {
        await SignedInAsync();

        Assert.Equal(
            new Run(0, "<><-a><b c><--><--format><json>", ""),
            await Datagen.RunAsync("auth", "exec", "--", "printf", "<%s>", "", "-a", "b c", "--", "--format", "json"));
    }

    [Fact]
    public async Task Names_the_variable_and_leaves_every_other()
    {
        await SignedInAsync();

        var run = await Datagen.With("API_TOKEN", "old").With("KEPT", "yes").With("DOTNET_DbgEnableMiniDump", "0").RunAsync("auth", "exec", "--env=API_TOKEN", "env");

        Assert.Equal(0, run.ExitCode);
        var variables = run.StandardOutput.Split('\n');
        Assert.Contains($"API_TOKEN={Token}", variables);
        Assert.DoesNotContain("API_TOKEN=old", variables);
        Assert.DoesNotContain(variables, variable => variable.StartsWith("DATAGEN_TOKEN=", StringComparison.Ordinal));
        Assert.Superset(new HashSet<string> { "KEPT=yes", "DOTNET_DbgEnableMiniDump=0", $"HOME={Home.Path}" }, variables.ToHashSet());
    }

    [Fact]
    public async Task Refreshes_first_if_too_little_is_left()
    {
        await SignedInAsync();
        var before = Token;
        File.ExpiresIn(TimeSpan.FromMinutes(10));

        Assert.Equal(new Run(0, before + "\n", ""), await Datagen.RunAsync("auth", "exec", "--", "/bin/sh", "-c", "echo $DATAGEN_TOKEN"));
        var run = await Datagen.RunAsync("auth", "exec", "--min-validity", "20m", "--", "/bin/sh", "-c", "echo $DATAGEN_TOKEN");

        Assert.Equal(new Run(0, Token + "\n", ""), run);
        Assert.NotEqual(before, Token);
    }

    /// <summary>The runtime ignores SIGPIPE for itself; a command that did would go on writing for nobody.</summary>
    [Fact]
    public async Task Leaves_every_signal_to_the_command()
    {
        await SignedInAsync();
        string[] command = ["grep", "-E", "^Sig(Blk|Ign)", "/proc/self/status"];
        // What this process was started with ignored, as by nohup, stays so; SIGPIPE is the runtime's doing.
        const ulong BrokenPipe = 1ul << 12;
        var own = (await System.IO.File.ReadAllLinesAsync("/proc/self/status", Stop)).Single(line => line.StartsWith("SigIgn:", StringComparison.Ordinal))["SigIgn:".Length..].Trim();
        var ignored = ulong.Parse(own, NumberStyles.HexNumber, CultureInfo.InvariantCulture) & ~BrokenPipe;
        var none = new Run(0, $"SigBlk:\t0000000000000000\nSigIgn:\t{ignored:x16}\n", "");

        Assert.Equal(none, await Datagen.RunAsync(["auth", "exec", "--", .. command]));
        File.ExpiresIn(TimeSpan.FromMinutes(-1)); // A refresh listens to signals, and starts threads.
        Assert.Equal(none, await Datagen.RunAsync(["auth", "exec", "--", .. command]));
    }

    [Fact]
    public async Task That_finds_no_command_is_127_and_one_that_cannot_run_126()
    {
        await SignedInAsync();
        await System.IO.File.WriteAllTextAsync(Home["text"], "exit 3", Stop);

        (await Datagen.RunAsync("auth", "exec", "--", "no-such-command")).IsError(127, "no-such-command: command not found");
        (await Datagen.RunAsync("auth", "exec", "--format=json", "--", Home["missing"])).IsJsonError(127, "failed", "command not found");
        (await Datagen.RunAsync("auth", "exec", "--", Home["text"])).IsError(126, "can't be run");
        System.IO.File.SetUnixFileMode(Home["text"], OwnerOnly | UnixFileMode.UserExecute);
        Assert.Equal(new Run(3, "", ""), await Datagen.RunAsync("auth", "exec", "--", Home["text"]));
    }

    [Fact]
    public async Task Without_a_session_runs_nothing()
    {
        (await Datagen.RunAsync("auth", "exec", "--", "touch", Home["touched"])).IsError(4, "datagen auth login");
        (await Datagen.RunAsync("auth", "exec")).IsError(2, "needs a command");
        (await Datagen.RunAsync("auth", "exec", "touch", "-c", Home["touched"])).IsError(2, "unknown option '-c'", "hint: put -- before the command");
        (await Datagen.RunAsync("auth", "exec", "--env", "A=B", "--", "true")).IsError(2, "A=B");

        Assert.False(System.IO.File.Exists(Home["touched"]));
    }

    [Fact]
    public async Task Serves_the_program_itself()
    {
        await SignedInAsync();

        Assert.Equal(new Run(0, Token + "\n", ""), await Datagen.RunAsync("auth", "exec", "--", Datagen.Program, "auth", "token"));
    }
}
