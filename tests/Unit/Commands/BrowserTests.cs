using Datagen.Console;
using Unit.World;

namespace Unit.Commands;

public class BrowserTests
{
    private const string Address = "https://id.example/?a=1&b=$(x)";

    private static IEnumerable<string> Commands(bool terminal, params string[] variables)
    {
        var environment = variables.Select(variable => variable.Split('=', 2)).ToDictionary(pair => pair[0], pair => pair[1]);
        return Browser.Commands(terminal, environment.GetValueOrDefault).Select(words => string.Join('|', words));
    }

    [Fact]
    public void Is_opened_where_a_person_can_see_it()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "the display variables are Linux's");
        Assert.Equal(["xdg-open"], Commands(true, "DISPLAY=:0"));
        Assert.Equal(["xdg-open"], Commands(true, "WAYLAND_DISPLAY=wayland-0"));
        Assert.Equal(["firefox"], Commands(true, "BROWSER=firefox"));
        Assert.Empty(Commands(true));
        Assert.Empty(Commands(false, "DISPLAY=:0", "BROWSER=firefox"));
        Assert.Empty(Commands(true, "DISPLAY=:0", "BROWSER=firefox", "SSH_CONNECTION=1 2 3 4"));
        Assert.Empty(Commands(true, "BROWSER= : "));
    }

    [Theory]
    [InlineData("w3m:firefox -P work %s:/usr/bin/lynx:chromium", "firefox|-P|work|%s", "chromium")]
    [InlineData("'/opt/a:b/run':chromium", "/opt/a:b/run", "chromium")]
    [InlineData("/opt/a\\:b/run", "/opt/a:b/run")]
    [InlineData("\"/usr/bin/lynx\" -x")]
    [InlineData("firefox '' \"a\\\"b\" 'c\\d'e", "firefox||a\"b|c\\de")]
    [InlineData("\"never closed", "never closed")]
    [InlineData("firefox\\", "firefox\\")]
    public void A_list_of_browsers_is_tried_in_order_without_those_that_only_a_terminal_shows(string variable, params string[] commands) =>
        Assert.Equal(commands, Commands(true, $"BROWSER={variable}"));

    public static TheoryData<string, string> Cases { get; } = [.. Table.Rows("Unit/Commands/browser.tsv").Select(row => (row[0], row[1]))];

    [Theory]
    [MemberData(nameof(Cases))]
    public void Is_started_with_the_words_that_a_shell_would_make(string variable, string line) =>
        Assert.Equal(line, string.Join(' ', Browser.Arguments(Browser.Parse(variable)[0], "URL")));

    [Theory]
    [InlineData("firefox", $"firefox|{Address}")]
    [InlineData("firefox -P work", $"firefox|-P|work|{Address}")]
    [InlineData("firefox --url=%s -q", $"firefox|--url={Address}|-q")]
    public void The_address_is_one_argument_whatever_is_in_it(string command, string words) =>
        Assert.Equal(words.Split('|'), Browser.Arguments(Browser.Parse(command)[0], Address));
}
