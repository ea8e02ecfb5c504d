using System.Text;
using System.Text.RegularExpressions;

namespace WholeProgram.SigningIn;

/// <summary>A QR code, the clipboard, links: on request, or where the terminal is known to take them.</summary>
public class WithAids : Situation
{
    private const string Escape = "\u001b", BlackOnWhite = $"{Escape}[38;5;16;48;5;231m", AsBefore = $"{Escape}[0m";

    private string CompleteAddress => $"{Service.Issuer}/device?user_code={UserCode}";

    private async Task<Run> SignInAtTerminalAsync(Cli cli, params string[] options)
    {
        using var login = cli.StartAtTerminal(["auth", "login", .. options]);
        // The address may be a link, and so is asked of the service.
        await login.SaysAsync(@"^(User code): ", Stop);
        using var browser = Service.NewBrowser();
        await browser.ApproveDeviceAsync(new Uri($"{Service.Issuer}/device"), UserCode, You, Stop);
        var run = await login.ExitAsync(Stop);
        Assert.Equal((0, $"status: authenticated\nemail: {You}\nactive_org_slug: yourcompany\n"), (run.ExitCode, run.StandardOutput));
        return run with { StandardError = Regex.Replace(run.StandardError, $"\r(Waiting[^\r\n{Escape}]*)?{Escape}\\[K", "").Replace("\r\n", "\n", StringComparison.Ordinal) };
    }

    /// <summary>The program at a terminal of that width.</summary>
    private static Cli OfWidth(Cli cli, int columns) => cli with
    {
        Program = "/usr/bin/env",
        Environment = cli.Environment.SetItem("COLUMNS_OF_TEST", $"{columns}").SetItem("PROGRAM_OF_TEST", cli.Program),
    };

    private static string[] AtThatWidth(params string[] options) =>
        ["sh", "-c", "stty cols $COLUMNS_OF_TEST && exec \"$PROGRAM_OF_TEST\" auth login \"$@\"", "sh", .. options];

    [Fact]
    public async Task The_QR_code_says_the_address_on_any_background()
    {
        var run = await SignInAtTerminalAsync(Datagen, "--qr");

        Assert.StartsWith(Prompts(), run.StandardError, StringComparison.Ordinal);
        var lines = run.StandardError[Prompts().Length..].Split('\n');
        Assert.Equal(["", ""], lines[^2..]);
        Assert.All(lines[..^2], line => Assert.Matches($"^{Regex.Escape(BlackOnWhite)}[█▀▄ ]+{Regex.Escape(AsBefore)}$", line));
        var code = lines[..^2].Select(line => line[BlackOnWhite.Length..^AsBefore.Length]).ToList();
        Assert.InRange(code[0].Length, 29, 60);
        Assert.All(code[..2], line => Assert.Equal("", line.Trim())); // The quiet zone of four.
        Assert.All(code, line => Assert.Equal(("    ", "    "), (line[..4], line[^4..])));
        Assert.Equal(CompleteAddress + "\n", await Camera.ReadsAsync(code, ink: 0, paper: 255, Home));
    }

    [Fact]
    public async Task Without_colors_its_light_squares_are_drawn()
    {
        var run = await SignInAtTerminalAsync(Datagen.With("NO_COLOR", "1"), "--qr");

        var code = run.StandardError[Prompts().Length..].TrimEnd('\n').Split('\n');
        Assert.DoesNotContain(Escape, run.StandardError, StringComparison.Ordinal);
        Assert.All(code[..2], line => Assert.Equal("", line.Trim('█'))); // The quiet zone is light.
        Assert.Equal(CompleteAddress + "\n", await Camera.ReadsAsync(code, ink: 255, paper: 0, Home));
    }

    [Fact]
    public async Task Without_verification_uri_complete_it_says_the_plain_address()
    {
        Service.Settings.OfferVerificationUriComplete = false;

        var run = await SignInAtTerminalAsync(Datagen.With("NO_COLOR", "1"), "--qr");

        var code = run.StandardError[Prompts().Length..].TrimEnd('\n').Split('\n');
        Assert.Equal($"{Service.Issuer}/device\n", await Camera.ReadsAsync(code, ink: 255, paper: 0, Home));
    }

    // Warnings wrap at the terminal's width.
    private static string Unwrapped(string text) => string.Join(' ', text.Split([' ', '\r', '\n'], StringSplitOptions.RemoveEmptyEntries));

    [Theory]
    [InlineData(30, false)]
    [InlineData(80, true)]
    public async Task It_is_shown_where_it_fits(int columns, bool fits)
    {
        using var login = OfWidth(Datagen, columns).StartAtTerminal(AtThatWidth("--qr"));
        await ApproveAsync(login);

        var run = await login.ExitAsync(Stop);

        Assert.Equal(0, run.ExitCode);
        Assert.Equal(fits, run.StandardError.Contains('█', StringComparison.Ordinal));
        Assert.Equal(!fits, Unwrapped(run.StandardError).Contains($"warning: the QR code is wider than this terminal, which has {columns} columns", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Without_a_terminal_there_is_none()
    {
        var run = await SignInAsync(Datagen, You, "--qr");

        Assert.Equal((0, Prompts() + "warning: no QR code is shown, since standard error is no terminal\n"), (run.ExitCode, run.StandardError));
    }

    [Theory]
    [InlineData("WAYLAND_DISPLAY", "wl-copy", "wl-copy")]
    [InlineData("DISPLAY", "xclip,xsel", "xclip -selection clipboard")]
    [InlineData("DISPLAY", "xsel", "xsel --clipboard --input")]
    [InlineData("WAYLAND_DISPLAY,DISPLAY", "wl-copy:fails,xclip", "xclip -selection clipboard")]
    public async Task The_user_code_and_nothing_else_is_copied(string displays, string programs, string called)
    {
        foreach (var program in programs.Split(','))
        {
            var name = program.Split(':')[0];
            Home.Script(
                $"bin/{name}",
                program.EndsWith(":fails", StringComparison.Ordinal)
                    ? "exit 1"
                    : $"echo chatter; env >'{Home.Path}/environment'; echo {name} \"$@\" >'{Home.Path}/called'; cat >'{Home.Path}/copied'");
        }

        var cli = displays.Split(',').Aggregate(
            Datagen.With("PATH", $"{Home["bin"]}:/usr/bin:/bin").With("GENLABZ_TOKEN", "secret-of-genlabz"), (with, display) => with.With(display, "x"));
        var run = await SignInAsync(cli, You, "--clipboard");

        Assert.Equal(UserCode, await System.IO.File.ReadAllTextAsync(Home["copied"], Stop));
        Assert.Equal(called + "\n", await System.IO.File.ReadAllTextAsync(Home["called"], Stop));
        Assert.DoesNotContain("secret-of-genlabz", await System.IO.File.ReadAllTextAsync(Home["environment"], Stop), StringComparison.Ordinal);
        Assert.Equal(Prompts() + $"note: the user code is on the clipboard ({called.Split(' ')[0]})\n", run.StandardError);
    }

    [Fact]
    public async Task A_terminal_is_offered_the_code_where_no_program_copies()
    {
        var run = await SignInAtTerminalAsync(Datagen.With("PATH", "/nonexistent").With("DISPLAY", ":9"), "--clipboard", "--no-browser");

        var offered = $"{Escape}]52;c;{Convert.ToBase64String(Encoding.ASCII.GetBytes(UserCode))}\a";
        Assert.Equal(
            Prompts() + offered + "note: the user code was offered to the terminal for its clipboard (OSC 52), which it may not take\n", run.StandardError);
    }

    [Fact]
    public async Task A_program_that_never_ends_is_not_waited_for()
    {
        Home.Script("bin/wl-copy", $"echo $$ >'{Home.Path}/process'; exec sleep 60");

        var run = await SignInAsync(Datagen.With("PATH", $"{Home["bin"]}:/usr/bin:/bin").With("WAYLAND_DISPLAY", "x"), You, "--clipboard");

        Assert.StartsWith(Prompts() + "warning: the user code is not on the clipboard", run.StandardError, StringComparison.Ordinal);
        Libc.Send(Signal.Terminate, int.Parse(await System.IO.File.ReadAllTextAsync(Home["process"], Stop), System.Globalization.CultureInfo.InvariantCulture));
    }

    [Theory]
    [InlineData("TERM_PROGRAM", "WezTerm")]
    [InlineData("VTE_VERSION", "7003")]
    public async Task Addresses_are_links_where_the_terminal_makes_them(string variable, string value)
    {
        var run = await SignInAtTerminalAsync(Datagen.With(variable, value).With("BROWSER", "/bin/true"));

        Assert.Equal(
            $"User code: {UserCode}\nVerify at: {Link($"{Service.Issuer}/device")}\nOpening: {Link(CompleteAddress)}\n\n", run.StandardError);

        static string Link(string address) => $"{Escape}]8;;{address}{Escape}\\{address}{Escape}]8;;{Escape}\\";
    }

    [Theory]
    [InlineData("TERM_PROGRAM", "WezTerm", "NO_COLOR", "1")]
    [InlineData("TERM_PROGRAM", "WezTerm", "TMUX", "/tmp/tmux")]
    [InlineData("TERM_PROGRAM", "Apple_Terminal", "COLORTERM", "truecolor")]
    [InlineData("VTE_VERSION", "4999", "COLORTERM", "truecolor")]
    public async Task And_plain_lines_where_not(string variable, string value, string other, string otherValue)
    {
        var run = await SignInAtTerminalAsync(Datagen.With(variable, value).With(other, otherValue));

        Assert.Equal(Prompts(), run.StandardError);
    }

    [Fact]
    public async Task A_dumb_terminal_gets_lines_and_nothing_that_moves()
    {
        using var login = Datagen.With("TERM", "dumb").With("KITTY_WINDOW_ID", "1").StartAtTerminal("auth", "login");
        await ApproveAsync(login);

        Assert.Equal(Prompts(), (await login.ExitAsync(Stop)).StandardError.Replace("\r\n", "\n", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("--qr")]
    [InlineData("--clipboard")]
    public async Task Are_refused_where_there_is_no_code(string option)
    {
        (await GenLabZ.RunAsync("auth", "login", option)).IsError(2, option, "hint: add --flow device\n");
        (await Datagen.RunAsync("auth", "login", option, "--flow", "browser", "--format=json")).IsJsonError(2, "usage", option);

        Assert.Empty(Requests);
    }

    [Fact]
    public async Task Serve_GenLabZ_beside_its_browser()
    {
        using var login = GenLabZ.With("NO_COLOR", "1").StartAllAtTerminal("auth", "login", "--qr", "--no-browser");
        await login.SaysAsync("(█[^█]*\r\n\r\n)", Stop);
        await ApproveAsync(login, Author);

        Assert.Equal(0, (await login.ExitAsync(Stop)).ExitCode);
    }
}
