using Interop.World;

namespace Interop.Independent;

public class NotApproved(Servers servers) : ProviderSituation(servers)
{
    [Fact]
    public async Task Denied_where_the_codes_are_compared()
    {
        using var login = Datagen(Provider).Start("auth", "login");
        var prompt = await login.UserCodeAsync(Stop);
        using var person = new Person();
        var page = await EnterCodeAsync(person, prompt);

        await page.SubmitAsync(Stop, ("abort", "yes"));

        await DeniedAsync(login, prompt);
    }

    [Fact]
    public async Task Denied_where_consent_is_asked()
    {
        using var login = Datagen(Provider).Start("auth", "login");
        var prompt = await login.UserCodeAsync(Stop);
        using var person = new Person();
        var page = await (await EnterCodeAsync(person, prompt)).SubmitAsync(Stop);
        page = await page.SubmitAsync(Stop, ("login", You), ("password", "any"));

        await page.FollowAsync("Cancel", Stop);

        await DeniedAsync(login, prompt);
    }

    [Fact]
    public async Task Denied_in_the_browser_flow()
    {
        using var login = GenLabZ(Provider).Start("auth", "login");
        using var person = new Person();
        var page = await person.OpenAsync(new Uri(await login.SaysAsync(@"^Open: (\S+)$", Stop)), Stop);

        page = await page.FollowAsync("Cancel", Stop);

        Assert.Contains("Not signed in to GenLabZ", page.Text, StringComparison.Ordinal);
        var run = await login.ExitAsync(Stop);
        Assert.Equal((5, ""), (run.ExitCode, run.StandardOutput));
        Assert.Contains("error: the sign-in was denied in the browser\n", run.StandardError, StringComparison.Ordinal);
        Assert.False(GenLabZFile.Exists);
    }

    [Fact]
    public async Task A_redirect_without_iss_or_with_another_is_not_taken()
    {
        using var login = Datagen(Provider).Start("auth", "login", "--flow", "browser");
        var open = new Uri(await login.SaysAsync(@"^Open: (\S+)$", Stop));
        var query = open.Query.TrimStart('?').Split('&').Select(pair => pair.Split('=')).ToDictionary(pair => pair[0], pair => pair[1]);
        var forged = $"{Uri.UnescapeDataString(query["redirect_uri"])}?code=forged&state={query["state"]}";
        using var person = new Person();

        Assert.Equal(404, (int)(await person.OpenAsync(new Uri(forged), Stop)).Status);
        Assert.Equal(404, (int)(await person.OpenAsync(new Uri($"{forged}&iss=https%3A%2F%2Felsewhere.example"), Stop)).Status);
        var page = await SignInAndConsentAsync(await person.OpenAsync(open, Stop), You);

        Assert.Contains($"iss={Uri.EscapeDataString(Provider.Issuer)}", page.Address.Query, StringComparison.Ordinal);
        Assert.Contains("Signed in to", page.Text, StringComparison.Ordinal);
        Assert.Equal(0, (await login.ExitAsync(Stop)).ExitCode);
    }

    [Fact]
    public async Task A_client_that_the_provider_does_not_know()
    {
        var run = await Datagen(Provider, "nobody-cli").RunAsync("auth", "login");

        run.IsError(1, "invalid_client");
    }

    [Fact]
    public async Task The_provider_insists_on_PKCE()
    {
        using var person = new Person();

        var page = await person.OpenAsync(
            new Uri($"{Provider.Issuer}/auth?response_type=code&client_id=genlabz-cli&scope=openid&redirect_uri=http%3A%2F%2F127.0.0.1%2Fcallback"
                + "&response_mode=form_post"), Stop);

        Assert.Contains("requires PKCE", page.Html, StringComparison.Ordinal);
    }

    private async Task DeniedAsync(Started login, (string UserCode, Uri VerificationUri) prompt)
    {
        (await login.ExitAsync(Stop)).IsErrorAfter($"User code: {prompt.UserCode}\nVerify at: {prompt.VerificationUri}\n\n", 5, "denied");
        Assert.False(File.Exists);
    }
}
