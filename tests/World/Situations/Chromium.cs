using Microsoft.Playwright;

namespace Tests.World;

/// <summary>The system's own browser; none is downloaded.</summary>
public sealed class Chromium : IAsyncLifetime
{
    private const string Program = "/usr/bin/chromium";
    private const float Patience = 30_000;

    private IPlaywright? _playwright;
    private IBrowser? _browser;

    public async ValueTask InitializeAsync()
    {
        if (!File.Exists(Program)) return;
        Assertions.SetDefaultExpectTimeout(Patience);
        _playwright = await Playwright.CreateAsync();
        _browser = await _playwright.Chromium.LaunchAsync(new()
        {
            ExecutablePath = Program,
            Args =
            [
                "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
                "--disable-background-networking", "--disable-component-update", "--disable-sync",
            ],
        });
    }

    public async ValueTask DisposeAsync()
    {
        if (_browser is not null) await _browser.DisposeAsync();
        _playwright?.Dispose();
    }

    /// <summary>A window without any cookie. Skips the test where there is no browser, except in CI.</summary>
    public async Task<IPage> OpenAsync(int width, int height, ColorScheme scheme)
    {
        var inCI = Environment.GetEnvironmentVariable("CI") == "true";
        Assert.SkipUnless(_browser is not null || inCI, $"{Program} is missing: install Debian's chromium to run this");
        Assert.True(_browser is not null, $"{Program} is missing, and CI must have it");
        var context = await _browser.NewContextAsync(new()
        {
            ViewportSize = new() { Width = width, Height = height },
            DeviceScaleFactor = width < 600 ? 2 : 1,
            ColorScheme = scheme,
        });
        context.SetDefaultTimeout(Patience);
        return await context.NewPageAsync();
    }
}
