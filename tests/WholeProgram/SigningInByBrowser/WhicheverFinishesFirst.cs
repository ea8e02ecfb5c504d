using System.Text.RegularExpressions;
using System.Web;

namespace WholeProgram.SigningInByBrowser;

/// <summary>At a terminal there are three ways at once: the browser comes back, the person pastes, or enters the user code.</summary>
public class WhicheverFinishesFirst : Situation
{
    private Started Login(params string[] options) => GenLabZ.StartAtTerminal(["auth", "login", .. options]);

    private static async Task<Uri> AddressAsync(Started login) => new(await login.SaysAsync(@"^Open: (\S+)\r?\n", Stop));

    private static async Task ReadyAsync(Started login)
    {
        await login.SaysAsync(@"(Paste here the address)", Stop);
        await login.UserCodeAsync(Stop);
    }

    private async Task<Uri> RedirectAsync(Uri address, bool approve = true)
    {
        using var browser = Service.NewBrowser();
        return await browser.AuthorizeAsync(address, Author, approve, Stop);
    }

    private async Task SignedIn(Started login, string grantType)
    {
        var run = await login.ExitAsync(Stop);
        Assert.Equal((0, $"Logged in successfully. Token expires at {GenLabZFile["expires_at"]}\n"), (run.ExitCode, run.StandardOutput));
        Assert.Equal(grantType, Assert.Single(Service.Events.Of<LocalService.Observing.TokenIssued>()).GrantType);
    }

    [Fact]
    public async Task The_pasted_address_wins()
    {
        using var login = Login();
        var redirect = await RedirectAsync(await AddressAsync(login));
        await ReadyAsync(login);

        await login.TypeAsync($"{redirect}\n");

        await SignedIn(login, "authorization_code");
    }

    [Fact]
    public async Task The_pasted_code_alone_wins()
    {
        using var login = Login();
        var redirect = await RedirectAsync(await AddressAsync(login));
        await ReadyAsync(login);

        await login.TypeAsync($"{HttpUtility.ParseQueryString(redirect.Query)["code"]}\n");

        await SignedIn(login, "authorization_code");
    }

    [Fact]
    public async Task An_address_that_is_longer_than_a_terminals_line_wins()
    {
        using var login = Login();
        var redirect = await RedirectAsync(await AddressAsync(login));
        await ReadyAsync(login);

        await login.TypeAsync($"{redirect}&session_state={new string('s', 9_000)}\n");

        await SignedIn(login, "authorization_code");
    }

    [Fact]
    public async Task A_code_that_was_copied_from_the_address_wins()
    {
        using var login = Login();
        var redirect = await RedirectAsync(await AddressAsync(login));
        await ReadyAsync(login);
        var code = HttpUtility.ParseQueryString(redirect.Query)["code"]!;

        await login.TypeAsync(string.Concat(code.Select(c => $"%{(int)c:X2}")) + "\n");

        await SignedIn(login, "authorization_code");
    }

    [Fact]
    public async Task They_are_told_as_three_of_which_one_is_enough()
    {
        using var login = Login();
        var address = await AddressAsync(login);
        await ReadyAsync(login);
        await login.UserCodeAsync(Stop);

        var shown = login.ErrorSoFar.Replace("\r", "", StringComparison.Ordinal);
        Assert.StartsWith($"Open: {address.OriginalString}\n\n", shown, StringComparison.Ordinal);
        Assert.Contains("\n\nOr, with a browser on another machine:\nPaste here ", shown, StringComparison.Ordinal);
        Assert.Matches(@"\n\nOr, on any device:\nUser code: [A-Z0-9-]+\nVerify at: \S+\n", shown);
        Assert.All(shown.Split('\n').Skip(1), line => Assert.InRange(line.Length, 0, 80));
    }

    [Fact]
    public async Task A_wrong_paste_is_told_and_the_right_one_still_wins()
    {
        using var login = Login();
        var redirect = await RedirectAsync(await AddressAsync(login));
        await ReadyAsync(login);

        await login.TypeAsync("https://example.com/?code=x&state=y\n");
        await login.SaysAsync("(that address does not belong to this sign-in)", Stop);
        await login.TypeAsync("not-the-code\n");
        await login.SaysAsync("(the server does not accept that code)", Stop);
        await login.TypeAsync($"{redirect}\n");

        await SignedIn(login, "authorization_code");
    }

    [Fact]
    public async Task The_browser_that_comes_back_wins()
    {
        using var login = Login();
        var address = await AddressAsync(login);
        await ReadyAsync(login);

        using var browser = Service.NewBrowser();
        using var page = await browser.AuthorizeAndFollowAsync(address, Author, approve: true, Stop);

        await SignedIn(login, "authorization_code");
    }

    [Fact]
    public async Task The_user_code_wins()
    {
        using var login = Login();
        await ReadyAsync(login);

        await ApproveAsync(login, Author);

        await SignedIn(login, "urn:ietf:params:oauth:grant-type:device_code");
    }

    [Fact]
    public async Task A_denial_in_one_way_leaves_the_other()
    {
        using var login = Login();
        var address = await AddressAsync(login);
        await ReadyAsync(login);
        using (var browser = Service.NewBrowser())
        using (await browser.AuthorizeAndFollowAsync(address, Author, approve: false, Stop))
        {
            await login.SaysAsync("(the sign-in was denied in the browser; still waiting for the other way)", Stop);
        }

        await ApproveAsync(login, Author);

        await SignedIn(login, "urn:ietf:params:oauth:grant-type:device_code");
    }

    [Fact]
    public async Task A_denial_in_all_ways_is_one()
    {
        using var login = Login();
        var address = await AddressAsync(login);
        await ReadyAsync(login);
        using (var browser = Service.NewBrowser())
        using (await browser.AuthorizeAndFollowAsync(address, Author, approve: false, Stop))
        {
            await DenyAsync(login);
        }

        var run = await login.ExitAsync(Stop);

        Assert.Equal((5, ""), (run.ExitCode, run.StandardOutput));
        Assert.False(GenLabZFile.Exists);
    }

    [Fact]
    public async Task Flow_picks_one_alone()
    {
        using var login = Login("--flow", "browser");
        using var browser = Service.NewBrowser();
        using var page = await browser.AuthorizeAndFollowAsync(await AddressAsync(login), Author, approve: true, Stop);
        var run = await login.ExitAsync(Stop);

        Assert.Equal(0, run.ExitCode);
        Assert.DoesNotContain("User code", run.StandardError, StringComparison.Ordinal);
        Assert.DoesNotContain("Paste", run.StandardError, StringComparison.Ordinal);
        Assert.Empty(Service.Log.To("/device_authorization"));
    }

    [Fact]
    public async Task A_server_without_device_authorization_leaves_the_two_others()
    {
        Service.Settings.OfferDevice = false;
        using var login = Login();
        var redirect = await RedirectAsync(await AddressAsync(login));
        await login.SaysAsync(@"(Paste here the address)", Stop);

        await login.TypeAsync($"{redirect}\n");

        await SignedIn(login, "authorization_code");
    }

    [Fact]
    public async Task Ctrl_C_ends_all_three()
    {
        using var login = Login();
        await ReadyAsync(login);

        await login.TypeAsync("\u0003");
        var run = await login.ExitAsync(Stop);

        Assert.Equal((130, ""), (run.ExitCode, run.StandardOutput));
        Assert.False(GenLabZFile.Exists);
    }
}
