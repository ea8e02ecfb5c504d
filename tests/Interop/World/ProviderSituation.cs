using System.Text.Json.Nodes;

namespace Interop.World;

/// <summary>At oidc-provider, with its pages.</summary>
[Against("oidc-provider", "oidc-provider")]
public abstract class ProviderSituation(Servers servers) : ReportedSituation
{
    protected Servers Servers => servers;

    protected Server Provider { get; private set; } = null!;

    /// <summary>What is set differently from the provider that most tests share.</summary>
    protected virtual IEnumerable<(string Name, string Value)> Settings => [];

    public override async ValueTask InitializeAsync()
    {
        await base.InitializeAsync();
        Provider = await servers.ProviderAsync(Settings);
    }

    /// <summary>A device sign-in that is approved.</summary>
    protected static async Task<Run> SignInByDeviceAsync(Cli cli, string email = You, params string[] options)
    {
        using var login = cli.Start(["auth", "login", "--flow", "device", .. options]);
        await ApproveAsync(await login.UserCodeAsync(Stop), email);
        return await login.ExitAsync(Stop);
    }

    /// <summary>A browser sign-in that is approved.</summary>
    protected static async Task<Run> SignInByBrowserAsync(Cli cli, string email = You, params string[] options)
    {
        using var login = cli.Start(["auth", "login", "--flow", "browser", .. options]);
        using var person = new Person();
        var page = await person.OpenAsync(new Uri(await login.SaysAsync(@"^Open: (\S+)$", Stop)), Stop);
        page = await SignInAndConsentAsync(page, email);
        Assert.Contains("Signed in to", page.Text, StringComparison.Ordinal);
        return await login.ExitAsync(Stop);
    }

    /// <summary>Types the user code, compares it, signs in and consents.</summary>
    protected static async Task ApproveAsync((string UserCode, Uri VerificationUri) prompt, string email)
    {
        using var person = new Person();
        var page = await EnterCodeAsync(person, prompt);
        Assert.Contains(prompt.UserCode, page.Text, StringComparison.Ordinal);
        page = await SignInAndConsentAsync(await page.SubmitAsync(Stop), email);
        Assert.Contains("Sign-in Success", page.Text, StringComparison.Ordinal);
    }

    protected static async Task<Page> EnterCodeAsync(Person person, (string UserCode, Uri VerificationUri) prompt) =>
        await (await person.OpenAsync(prompt.VerificationUri, Stop)).SubmitAsync(Stop, ("user_code", prompt.UserCode));

    protected static async Task<Page> SignInAndConsentAsync(Page page, string email)
    {
        page = await page.SubmitAsync(Stop, ("login", email), ("password", "any"));
        Assert.True(page.Asks("prompt"), page.Text);
        return await page.SubmitAsync(Stop);
    }

    protected static JsonObject Json(Run run) => JsonNode.Parse(run.StandardOutput)!.AsObject();
}
