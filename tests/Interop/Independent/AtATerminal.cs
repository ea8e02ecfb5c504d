using Interop.World;

namespace Interop.Independent;

/// <summary>A person whose browser is on another machine than the program.</summary>
public class AtATerminal(Servers servers) : ProviderSituation(servers)
{
    [Fact]
    public async Task The_address_that_a_browser_elsewhere_was_sent_to_is_pasted()
    {
        using var login = GenLabZ(Provider).StartAtTerminal("auth", "login");
        var open = new Uri(await login.SaysAsync(@"^Open: (\S+)", Stop));
        using var person = new Person(onlyAt: Provider);
        var page = await SignInAndConsentAsync(await person.OpenAsync(open, Stop), You);
        Assert.Contains("/callback?code=", page.Address.ToString(), StringComparison.Ordinal);

        await login.TypeAsync($"{page.Address}\n");

        var run = await login.ExitAsync(Stop);
        Assert.Equal((0, $"Logged in successfully. Token expires at {GenLabZFile["expires_at"]}\n"), (run.ExitCode, run.StandardOutput));
    }

    [Fact]
    public async Task The_user_code_that_is_shown_beside_the_address_is_approved_elsewhere()
    {
        using var login = GenLabZ(Provider).StartAtTerminal("auth", "login");
        await login.SaysAsync(@"^Open: (\S+)", Stop);

        await ApproveAsync(await login.UserCodeAsync(Stop), You);

        var run = await login.ExitAsync(Stop);
        Assert.Equal((0, $"Logged in successfully. Token expires at {GenLabZFile["expires_at"]}\n"), (run.ExitCode, run.StandardOutput));
        Assert.Equal("you@yourcompany.com", GenLabZFile["email"]);
    }
}
