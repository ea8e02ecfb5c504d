using System.Text.RegularExpressions;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace WholeProgram;

/// <summary>A person with a real browser. Each page is also kept as a picture, to be looked at.</summary>
public sealed class InABrowser(Chromium chromium) : Situation, IClassFixture<Chromium>
{
    [Theory]
    [InlineData("desktop", 1280, 800, ColorScheme.Light)]
    [InlineData("phone", 390, 844, ColorScheme.Light)]
    public async Task A_person_compares_the_code_and_approves(string screen, int width, int height, ColorScheme scheme)
    {
        var page = await chromium.OpenAsync(width, height, scheme);
        using var login = Datagen.Start("auth", "login");
        var (userCode, verificationUri) = await login.UserCodeAsync(Stop);

        await page.GotoAsync($"{verificationUri}?user_code={userCode}");
        await PictureAsync(page, screen, "1-sign-in");
        await FillInAsync(page, "a wrong password");
        await Expect(page.GetByRole(AriaRole.Alert)).ToBeVisibleAsync();
        await PictureAsync(page, screen, "2-wrong-password");
        await FillInAsync(page, LocalService.State.SeededPeople.Password);
        await Expect(page.Locator(".code")).ToHaveTextAsync(userCode);
        await PictureAsync(page, screen, "3-compare");
        await page.GetByRole(AriaRole.Button, new() { Name = "The codes are the same" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Heading)).ToHaveTextAsync(new Regex(@"^Let Datagen Factory [\w ]+ act for you\?$"));
        await Expect(page.Locator(".code")).ToHaveTextAsync(userCode);
        await PictureAsync(page, screen, "4-decide");
        await page.GetByRole(AriaRole.Button, new() { Name = "Approve" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Heading)).ToHaveTextAsync("You are signed in");
        await PictureAsync(page, screen, "5-done");

        Assert.Equal(
            new Run(0, "status: authenticated\nemail: you@yourcompany.com\nactive_org_slug: yourcompany\n", Prompts(userCode)),
            await login.ExitAsync(Stop));
        Assert.True(Service.IsActive(File["access_token"]));
        await CloseAsync(page);
    }

    [Theory]
    [InlineData("desktop-dark", 1280, 800, ColorScheme.Dark)]
    [InlineData("phone-dark", 390, 844, ColorScheme.Dark)]
    public async Task A_person_types_the_code_and_denies(string screen, int width, int height, ColorScheme scheme)
    {
        var page = await chromium.OpenAsync(width, height, scheme);
        using var login = Datagen.Start("auth", "login");
        var (userCode, verificationUri) = await login.UserCodeAsync(Stop);

        await page.GotoAsync(verificationUri.ToString());
        await FillInAsync(page, LocalService.State.SeededPeople.Password);
        await PictureAsync(page, screen, "1-enter");
        await page.GetByLabel("Code").FillAsync("BCDF-GHJK");
        await page.GetByRole(AriaRole.Button, new() { Name = "Continue" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Alert)).ToBeVisibleAsync();
        await PictureAsync(page, screen, "2-wrong-code");
        // As people type: without the hyphen, in lower case.
        await page.GetByLabel("Code").FillAsync(userCode.Replace("-", "", StringComparison.Ordinal).ToLowerInvariant());
        await page.Keyboard.PressAsync("Enter");
        await Expect(page.Locator(".code")).ToHaveTextAsync(userCode);
        await PictureAsync(page, screen, "3-decide");
        await page.GetByRole(AriaRole.Button, new() { Name = "Deny" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Heading)).ToHaveTextAsync("Denied");
        await PictureAsync(page, screen, "4-denied");

        (await login.ExitAsync(Stop)).IsErrorAfter(Prompts(userCode), 5, "denied");
        Assert.DoesNotContain("credentials.json", File.Siblings);
        await CloseAsync(page);
    }

    [Fact]
    public async Task A_person_is_told_that_a_code_has_expired()
    {
        var page = await chromium.OpenAsync(390, 844, ColorScheme.Light);
        using var login = Datagen.Start("auth", "login");
        var (userCode, verificationUri) = await login.UserCodeAsync(Stop);
        await page.GotoAsync($"{verificationUri}?user_code={userCode}");
        await FillInAsync(page, LocalService.State.SeededPeople.Password);
        Service.Clock.Advance(TimeSpan.FromMinutes(16));

        await page.GetByRole(AriaRole.Button, new() { Name = "The codes are the same" }).ClickAsync();

        await Expect(page.GetByRole(AriaRole.Alert)).ToHaveTextAsync(new Regex("expired"));
        await PictureAsync(page, "phone", "6-expired");
        (await login.ExitAsync(Stop)).IsErrorAfter(Prompts(userCode), 5, "expired");
        await CloseAsync(page);
    }

    private static async Task FillInAsync(IPage page, string password)
    {
        await page.GetByLabel("Email").FillAsync(You);
        await page.GetByLabel("Password").FillAsync(password);
        await page.GetByRole(AriaRole.Button, new() { Name = "Sign in" }).ClickAsync();
    }

    /// <summary>Takes a picture, and asserts what can be said of every page without looking.</summary>
    private static async Task PictureAsync(IPage page, string screen, string name)
    {
        var tooWide = await page.EvaluateAsync<int>("document.documentElement.scrollWidth - document.documentElement.clientWidth");
        Assert.Equal(0, tooWide);
        await page.ScreenshotAsync(new()
        {
            Path = Path.Combine(Repository.Path("tests/screenshots"), $"{screen}-{name}.png"),
            FullPage = true,
        });
    }

    private static async Task CloseAsync(IPage page) => await page.Context.CloseAsync();
}
