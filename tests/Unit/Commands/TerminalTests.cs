using Datagen.Auth;
using Datagen.Console;

namespace Unit.Commands;

public class TerminalTests
{
    private static Terminal Of(bool isThere, params string[] variables)
    {
        var environment = variables.Select(variable => variable.Split('=', 2)).ToDictionary(pair => pair[0], pair => pair[1]);
        return new Terminal(isThere, environment.GetValueOrDefault);
    }

    [Theory]
    [InlineData("VTE_VERSION=5000")]
    [InlineData("TERM_PROGRAM=iTerm.app")]
    [InlineData("TERM_PROGRAM=WezTerm")]
    [InlineData("TERM_PROGRAM=vscode")]
    [InlineData("TERM_PROGRAM=ghostty")]
    [InlineData("KITTY_WINDOW_ID=1")]
    [InlineData("WT_SESSION=1")]
    [InlineData("DOMTERM=version=2")]
    public void Makes_links_if_it_is_known_to_and_nothing_is_between(string variable)
    {
        Assert.True(Of(true, variable).HasLinks);
        Assert.False(Of(false, variable).HasLinks);
        Assert.False(Of(true, variable, "TERM=dumb").HasLinks);
        Assert.False(Of(true, variable, "NO_COLOR=1").HasLinks);
        Assert.True(Of(true, variable, "NO_COLOR=").HasLinks);
        Assert.False(Of(true, variable, "TMUX=x").HasLinks);
        Assert.False(Of(true, variable, "STY=x").HasLinks);
    }

    [Theory]
    [InlineData("VTE_VERSION=4999")]
    [InlineData("VTE_VERSION=-5000")]
    [InlineData("VTE_VERSION=5x")]
    [InlineData("TERM_PROGRAM=Apple_Terminal")]
    [InlineData("KITTY_WINDOW_ID=")]
    public void Makes_none_otherwise(string variable) => Assert.False(Of(true, variable).HasLinks);

    [Fact]
    public void A_link_leads_where_its_words_say_and_holds_no_control_of_its_own()
    {
        var terminal = Of(true, "WT_SESSION=1");

        Assert.Equal(
            "\u001b]8;;https://id.example/%1B]x\u001b\\https://id.example/%1B]x\u001b]8;;\u001b\\",
            terminal.Address(new Uri("https://id.example/\u001b]x")));
        Assert.Equal("https://bücher.example/", terminal.Address(new Uri("https://bücher.example/")));
    }
}

public class QrCodeTests
{
    [Fact]
    public void A_code_that_is_wider_than_the_terminal_is_not_cut()
    {
        const string Address = "https://id.example/device";
        var lines = QrCode.Lines(Address, 80, colors: false)!;
        var width = lines[0].Length;

        Assert.Equal((width + 1) / 2, lines.Count);
        Assert.NotNull(QrCode.Lines(Address, width, colors: false));
        Assert.Null(QrCode.Lines(Address, width - 1, colors: false));
    }
}

public class ClipboardTests
{
    private static IEnumerable<string> Programs(params string[] displays) =>
        Clipboard.Commands(name => displays.Contains(name) ? "x" : null).Select(command => command[0]);

    [Fact]
    public void Programs_are_asked_where_there_is_a_display()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "the display variables are Linux's");
        Assert.Empty(Programs());
        Assert.Equal(["wl-copy"], Programs("WAYLAND_DISPLAY"));
        Assert.Equal(["xclip", "xsel"], Programs("DISPLAY"));
        Assert.Equal(["wl-copy", "xclip", "xsel"], Programs("WAYLAND_DISPLAY", "DISPLAY"));
    }
}
