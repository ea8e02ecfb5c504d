using System.Text.RegularExpressions;

namespace WholeProgram.SigningIn;

public partial class AtATerminal : Situation
{
    private const string Answer = "status: authenticated\nemail: you@yourcompany.com\nactive_org_slug: yourcompany\n";

    /// <summary>A browser that writes down what it was started with, and leaves the page to the test.</summary>
    private string Browser(string name = "browser") => Home.Script(
        name,
        $"""
        env >'{Home.Path}/environment'
        printf '%s\n' "$0" "$@" >'{Home.Path}/arguments.new'
        mv '{Home.Path}/arguments.new' '{Home.Path}/arguments'
        echo chatter
        echo chatter >&2
        """);

    private async Task<string[]> OpenedAsync()
    {
        await Eventually.HappensAsync(() => System.IO.File.Exists(Home["arguments"]), () => "no browser was opened", Stop);
        return await System.IO.File.ReadAllLinesAsync(Home["arguments"], Stop);
    }

    private string PromptsWithBrowser =>
        $"User code: {UserCode}\nVerify at: {Service.Issuer}/device\nOpening: {Service.Issuer}/device?user_code={UserCode}\n\n";

    [Fact]
    public async Task The_browser_is_opened_with_the_code_in_the_address()
    {
        var browser = Browser();
        using var login = Datagen.With("BROWSER", browser).StartAtTerminal("auth", "login");

        var opened = await OpenedAsync();

        Assert.Equal([browser, $"{Service.Issuer}/device?user_code={UserCode}"], opened);
        using var person = Service.NewBrowser();
        await person.ApproveDeviceAsync(new Uri(opened[1]), You, Stop);
        var run = await login.ExitAsync(Stop);
        Assert.Equal((0, Answer), (run.ExitCode, run.StandardOutput));
        Assert.Equal(PromptsWithBrowser, Screen.After(run.StandardError));
    }

    [Fact]
    public async Task Progress_is_one_line_that_tells_the_time_left_and_is_erased()
    {
        var run = await SignInAtTerminalAsync(Datagen);

        var progress = ProgressLine().Matches(run.StandardError);
        Assert.InRange(progress.Count, 1, 60);
        Assert.All(progress, line => Assert.InRange(line.Groups[1].Value, "14:00", "15:00"));
        Assert.EndsWith("\r\u001b[K", run.StandardError, StringComparison.Ordinal);
        Assert.Equal(Prompts(), Screen.After(run.StandardError));
    }

    [Fact]
    public async Task Progress_of_a_denied_sign_in_is_erased_before_the_error()
    {
        using var login = Datagen.StartAtTerminal("auth", "login");
        var userCode = await DenyAsync(login);

        var run = await login.ExitAsync(Stop);

        (run with { StandardError = Screen.After(run.StandardError) }).IsErrorAfter(Prompts(userCode), 5, "denied");
    }

    [Fact]
    public async Task Standard_output_at_the_terminal_comes_after_the_progress()
    {
        using var login = Datagen.StartAllAtTerminal("auth", "login");
        await ApproveAsync(login);

        var run = await login.ExitAsync(Stop);

        Assert.Equal(0, run.ExitCode);
        Assert.Equal(Prompts() + Answer, Screen.After(run.StandardError));
    }

    [Fact]
    public async Task Without_verification_uri_complete_the_plain_address_is_opened()
    {
        Service.Settings.OfferVerificationUriComplete = false;
        var browser = Browser();

        var run = await SignInAtTerminalAsync(Datagen.With("BROWSER", browser));

        var opened = await OpenedAsync();
        Assert.Equal([browser, $"{Service.Issuer}/device"], opened);
        Assert.Equal(
            $"User code: {UserCode}\nVerify at: {Service.Issuer}/device\nOpening: {Service.Issuer}/device\n\n",
            Screen.After(run.StandardError));
    }

    [Fact]
    public async Task The_browsers_environment_is_the_persons_without_secrets()
    {
        var cli = Datagen.With("BROWSER", Browser()).With("DATAGEN_TOKEN", "").With("GENLABZ_TOKEN", "secret-of-genlabz")
            .With("GENLABZ_CLIENT_SECRET", "another-secret").With("COLOUR", "blue");

        await SignInAtTerminalAsync(cli);

        await OpenedAsync();
        var environment = await System.IO.File.ReadAllLinesAsync(Home["environment"], Stop);
        Assert.Contains("COLOUR=blue", environment);
        Assert.Contains($"HOME={Home.Path}", environment);
        Assert.DoesNotContain(environment, variable => variable.Contains("_TOKEN", StringComparison.Ordinal));
        Assert.DoesNotContain(environment, variable => variable.Contains("secret", StringComparison.OrdinalIgnoreCase));
    }

    [Fact]
    public async Task The_browser_inherits_three_streams_that_lead_nowhere_and_no_signal_that_is_ignored_or_held_back()
    {
        // From 10 on they are the shell's own, and the pipe is what this is read from.
        var browser = Home.Script("browser", $"""
            seen=$(ls -l /proc/$$/fd | sed -n 's/.* \([0-9]*\) -> /\1 /p' | grep '^[0-9] ' | grep -v ' pipe:'; grep -e SigBlk -e SigIgn /proc/$$/status)
            echo "$seen" >'{Home.Path}/inherited.new'
            mv '{Home.Path}/inherited.new' '{Home.Path}/inherited'
            """);

        await SignInAtTerminalAsync(GenLabZ.With("BROWSER", browser), "--flow", "device");

        await Eventually.HappensAsync(() => System.IO.File.Exists(Home["inherited"]), () => "no browser was opened", Stop);
        Assert.Equal(
            ["0 /dev/null", "1 /dev/null", "2 /dev/null", "SigBlk:\t0000000000000000", "SigIgn:\t0000000000000000"],
            await System.IO.File.ReadAllLinesAsync(Home["inherited"], Stop));
    }

    [Theory]
    [InlineData("{0} --new-window %s --end", "--new-window|{1}|--end")]
    [InlineData("{0} --url=%s", "--url={1}")]
    [InlineData("{0} --quiet", "--quiet|{1}")]
    [InlineData("/nonexistent/browser:{0}", "{1}")]
    public async Task BROWSER_may_have_words_a_place_for_the_address_and_alternatives(string value, string arguments)
    {
        var browser = Browser();

        await SignInAtTerminalAsync(Datagen.With("BROWSER", Filled(value, browser)));

        var opened = await OpenedAsync();
        Assert.Equal([browser, .. Filled(arguments, "", $"{Service.Issuer}/device?user_code={UserCode}").Split('|')], opened);
    }

    [Fact]
    public async Task No_shell_takes_part()
    {
        await SignInAtTerminalAsync(Datagen.With("BROWSER", $"touch {Home.Path}/a;touch $HOME/b"));

        await Eventually.HappensAsync(
            () => Directory.GetFiles(Home.Path).Any(file => file.EndsWith("a;touch", StringComparison.Ordinal)), () => "touch did not run", Stop);
        Assert.False(System.IO.File.Exists(Home["a"]) || System.IO.File.Exists(Home["b"]));
    }

    [Theory]
    [InlineData("DISPLAY", ":0")]
    [InlineData("WAYLAND_DISPLAY", "wayland-0")]
    public async Task With_a_display_the_systems_own_opener_is_asked(string variable, string value)
    {
        var opener = Browser("bin/xdg-open");

        await SignInAtTerminalAsync(Datagen.With(variable, value).With("PATH", $"{Home["bin"]}:/usr/bin:/bin"));

        var opened = await OpenedAsync();
        Assert.Equal([opener, $"{Service.Issuer}/device?user_code={UserCode}"], opened);
    }

    [Theory]
    [InlineData("--no-browser", "BROWSER", "{0}")]
    [InlineData("", "SSH_CONNECTION", "192.0.2.1 50000 192.0.2.2 22")]
    [InlineData("", "BROWSER", "w3m")]
    [InlineData("", "BROWSER", "{1}/w3m")]
    [InlineData("", "BROWSER", "{1}/lynx -nocolor:links %s:www-browser")]
    public async Task A_browser_that_nobody_could_see_is_not_opened(string option, string variable, string value)
    {
        var browser = Browser();
        Browser("bin/w3m");
        Browser("bin/lynx");
        var cli = Datagen.With("BROWSER", browser).With("DISPLAY", ":0").With("PATH", $"{Home["bin"]}:/usr/bin:/bin")
            .With(variable, Filled(value, browser, Home["bin"]));

        var run = await SignInAtTerminalAsync(cli, option.Split(' ', StringSplitOptions.RemoveEmptyEntries));

        Assert.Equal((0, Prompts()), (run.ExitCode, Screen.After(run.StandardError)));
        Assert.False(System.IO.File.Exists(Home["arguments"]));
    }

    [Fact]
    public async Task Without_display_and_BROWSER_none_is_opened()
    {
        Browser("bin/xdg-open");

        var run = await SignInAtTerminalAsync(Datagen.With("PATH", $"{Home["bin"]}:/usr/bin:/bin"));

        Assert.Equal((0, Prompts()), (run.ExitCode, Screen.After(run.StandardError)));
        Assert.False(System.IO.File.Exists(Home["arguments"]));
    }

    [Fact]
    public async Task Without_a_terminal_none_is_opened()
    {
        var run = await SignInAsync(Datagen.With("BROWSER", Browser()).With("DISPLAY", ":0"), You);

        Assert.Equal(new Run(0, Answer, Prompts()), run);
        Assert.False(System.IO.File.Exists(Home["arguments"]));
    }

    [Fact]
    public async Task A_browser_that_cannot_be_started_is_a_warning_and_it_goes_on()
    {
        var run = await SignInAtTerminalAsync(Datagen.With("BROWSER", "/nonexistent/browser"));

        Assert.Equal((0, Answer), (run.ExitCode, run.StandardOutput));
        var lines = Screen.After(run.StandardError).Split('\n');
        Assert.Equal(
            [$"User code: {UserCode}", $"Verify at: {Service.Issuer}/device", $"Opening: {Service.Issuer}/device?user_code={UserCode}"],
            lines[..3]);
        Assert.StartsWith("warning: ", lines[3], StringComparison.Ordinal);
        Assert.Equal(["", ""], lines[4..]);
    }

    [Fact]
    public async Task A_browser_that_fails_or_never_ends_changes_nothing()
    {
        var browser = Home.Script("browser", $"echo $$ >'{Home.Path}/process'; exec sleep 60");

        var run = await SignInAtTerminalAsync(Datagen.With("BROWSER", browser));

        Assert.Equal((0, PromptsWithBrowser), (run.ExitCode, Screen.After(run.StandardError)));
        var process = int.Parse(await System.IO.File.ReadAllTextAsync(Home["process"], Stop), System.Globalization.CultureInfo.InvariantCulture);
        Libc.Send(Signal.Terminate, process); // It outlives the sign-in, as a browser does.
    }

    [Fact]
    public async Task Status_is_the_same_at_a_terminal()
    {
        await SignedInAsync();
        using var status = Datagen.StartAllAtTerminal("auth", "status");

        var run = await status.ExitAsync(Stop);

        Assert.Equal(
            new Run(0, "", "email: you@yourcompany.com\r\nactive_org_slug: yourcompany\r\nrole: admin\r\n"), run);
    }

    [Fact]
    public async Task A_token_typed_at_the_terminal_ends_with_ctrl_D()
    {
        var token = (string)(await DirectSignIn.TokensAsync(Service, You, "datagen-cli", Stop))["access_token"]!;
        using var login = Datagen.StartAtTerminal("auth", "login", "--with-token");

        await login.TypeAsync($"{token}\n\u0004");

        var run = await login.ExitAsync(Stop);
        Assert.Equal((0, Answer), (run.ExitCode, run.StandardOutput));
        Assert.Equal($"{token}\n", Screen.After(run.StandardError)); // Echoed by the terminal itself.
    }

    private async Task<Run> SignInAtTerminalAsync(Cli cli, params string[] options)
    {
        using var login = cli.StartAtTerminal(["auth", "login", .. options]);
        await ApproveAsync(login);
        return await login.ExitAsync(Stop);
    }

    private static string Filled(string template, params object[] values) =>
        string.Format(System.Globalization.CultureInfo.InvariantCulture, template, values);

    [GeneratedRegex(@"\r[^\r\n]*\b(\d+:\d\d)[^\r\n]*\u001b\[K")]
    private static partial Regex ProgressLine();
}
