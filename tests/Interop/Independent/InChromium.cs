using Interop.World;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Interop.Independent;

public class InChromium(Servers servers, Chromium chromium) : ProviderSituation(servers), IClassFixture<Chromium>
{
    [Fact]
    public async Task Device_flow_in_Chromium_at_the_address_with_the_code_in_it()
    {
        var page = await OpenAsync();
        using var login = Datagen(Provider).Start("auth", "login");
        var (userCode, verificationUri) = await login.UserCodeAsync(Stop);

        await page.GotoAsync($"{verificationUri}?user_code={userCode}");
        await Expect(page.Locator("code")).ToHaveTextAsync(userCode);
        await page.GetByRole(AriaRole.Button, new() { Name = "Continue" }).ClickAsync();
        await SignInAndConsentAsync(page);
        await Expect(page.GetByRole(AriaRole.Heading)).ToHaveTextAsync("Sign-in Success");

        var run = await login.ExitAsync(Stop);
        Assert.Equal((0, "status: authenticated\nemail: you@yourcompany.com\nactive_org_slug: test-org\n"), (run.ExitCode, run.StandardOutput));
        await page.Context.CloseAsync();
    }

    [Fact]
    public async Task Browser_flow_in_Chromium_back_to_the_loopback_page()
    {
        var page = await OpenAsync();
        using var login = GenLabZ(Provider).Start("auth", "login");

        await page.GotoAsync(await login.SaysAsync(@"^Open: (\S+)$", Stop));
        await SignInAndConsentAsync(page);
        await Expect(page.GetByRole(AriaRole.Heading)).ToHaveTextAsync("Signed in to GenLabZ");

        var run = await login.ExitAsync(Stop);
        Assert.Equal(0, run.ExitCode);
        Assert.Equal($"Logged in successfully. Token expires at {GenLabZFile["expires_at"]}\n", run.StandardOutput);
        await page.Context.CloseAsync();
    }

    private static async Task SignInAndConsentAsync(IPage page)
    {
        await page.GetByPlaceholder("Enter any login").FillAsync(You);
        await page.GetByPlaceholder("and password").FillAsync("any");
        await page.GetByRole(AriaRole.Button, new() { Name = "Sign-in" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Heading)).ToHaveTextAsync("Authorize");
        await page.GetByRole(AriaRole.Button, new() { Name = "Continue" }).ClickAsync();
    }

    private async Task<IPage> OpenAsync()
    {
        var page = await chromium.OpenAsync(800, 600, ColorScheme.Light);
        // The provider's development pages want a font from elsewhere; nothing leaves this machine.
        await page.Context.RouteAsync(
            address => new Uri(address).Host != "127.0.0.1",
            route => route.AbortAsync());
        return page;
    }
}
