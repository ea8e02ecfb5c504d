using System.Text.RegularExpressions;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace WholeProgram.SigningInByBrowser;

/// <summary>A person signs in to GenLabZ with a real browser, which follows the redirect back to the program.</summary>
public sealed class InABrowserOfTheirOwn(Chromium chromium) : Situation, IClassFixture<Chromium>
{
    [Theory]
    [InlineData("genlabz-desktop", 1280, 800, ColorScheme.Light)]
    [InlineData("genlabz-phone", 390, 844, ColorScheme.Dark)]
    public async Task Approves_and_is_told_that_it_worked(string screen, int width, int height, ColorScheme scheme)
    {
        var page = await chromium.OpenAsync(width, height, scheme);
        var complaints = new List<string>();
        page.Console += (_, message) => complaints.Add(message.Text);
        using var login = GenLabZ.Start("auth", "login");

        await SignInAsync(page, await login.SaysAsync(@"^Open: (\S+)\n", Stop));
        await PictureAsync(page, screen, "1-consent");
        await page.GetByRole(AriaRole.Button, new() { NameRegex = new Regex("Approve|Allow") }).ClickAsync();

        await Expect(page.GetByRole(AriaRole.Heading)).ToHaveTextAsync("Signed in to GenLabZ");
        await PictureAsync(page, screen, "2-signed-in");
        Assert.Empty(complaints);
        Assert.Equal(0, (await login.ExitAsync(Stop)).ExitCode);
        Assert.Equal("you@example.com", GenLabZFile["email"]);
        await page.Context.CloseAsync();
    }

    [Fact]
    public async Task Denies_and_is_told_that_nobody_is_signed_in()
    {
        var page = await chromium.OpenAsync(390, 844, ColorScheme.Light);
        using var login = GenLabZ.Start("auth", "login");

        await SignInAsync(page, await login.SaysAsync(@"^Open: (\S+)\n", Stop));
        await page.GetByRole(AriaRole.Button, new() { NameRegex = new Regex("Deny|Cancel") }).ClickAsync();

        await Expect(page.GetByRole(AriaRole.Heading)).ToHaveTextAsync("Not signed in to GenLabZ");
        await PictureAsync(page, "genlabz-phone", "3-denied");
        Assert.Equal(5, (await login.ExitAsync(Stop)).ExitCode);
        await page.Context.CloseAsync();
    }

    private static async Task SignInAsync(IPage page, string address)
    {
        await page.GotoAsync(address);
        await page.GetByLabel("Email").FillAsync(Author);
        await page.GetByLabel("Password").FillAsync(LocalService.State.SeededPeople.Password);
        await page.GetByRole(AriaRole.Button, new() { Name = "Sign in" }).ClickAsync();
    }

    private static Task<byte[]> PictureAsync(IPage page, string screen, string name) => page.ScreenshotAsync(new()
    {
        Path = Path.Combine(Repository.Path("tests/screenshots"), $"{screen}-{name}.png"),
        FullPage = true,
    });
}
