using Interop.World;

namespace Interop.Independent;

public class SigningIn(Servers servers) : ProviderSituation(servers)
{
    private const string Answer = "status: authenticated\nemail: you@yourcompany.com\nactive_org_slug: test-org\n";

    [Fact]
    public async Task Device_flow_through_the_pages_with_a_typed_code()
    {
        var run = await SignInByDeviceAsync(Datagen(Provider));

        Assert.Equal((0, Answer), (run.ExitCode, run.StandardOutput));
        Assert.True(await IsActiveAsync(Provider, File["access_token"]));
        Assert.True(await IsActiveAsync(Provider, File["refresh_token"]));
        Assert.InRange(Credentials.Moment(File["expires_at"]) - DateTimeOffset.UtcNow, TimeSpan.FromMinutes(58), TimeSpan.FromHours(1));
    }

    [Fact]
    public async Task Browser_flow_through_the_pages_with_PKCE_and_RFC_9207_iss()
    {
        var run = await SignInByBrowserAsync(Datagen(Provider));

        Assert.Equal((0, Answer), (run.ExitCode, run.StandardOutput));
        Assert.True(await IsActiveAsync(Provider, File["access_token"]));
    }

    [Fact] // Finding 1: OpenID Connect Core section 11.
    public async Task Browser_flow_asks_for_consent_and_so_gets_a_refresh_token()
    {
        var run = await SignInByBrowserAsync(Datagen(Provider));

        Assert.Equal(0, run.ExitCode);
        Assert.Contains("prompt=consent", run.StandardError, StringComparison.Ordinal);
        Assert.True(await IsActiveAsync(Provider, File["refresh_token"]));
    }

    [Theory] // Finding 2: OpenID Connect Core section 5.4.
    [InlineData("browser")]
    [InlineData("device")]
    public async Task An_ID_token_without_claims_is_completed_from_UserInfo(string flow)
    {
        var cli = GenLabZ(Provider);
        var run = flow == "browser"
            ? await SignInByBrowserAsync(cli, You, "--format", "json")
            : await SignInByDeviceAsync(cli, You, "--format", "json");

        Assert.Equal(0, run.ExitCode);
        Assert.Equal("you@yourcompany.com", (string?)Json(run)["email"]);
        Assert.Equal(["authors", "reviewers"], Json(run)["groups"]!.AsArray().Select(group => (string?)group));
        Assert.Contains("Groups: authors, reviewers\n", (await cli.RunAsync("auth", "status")).StandardOutput, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_ID_token_signed_with_ES256_is_believed()
    {
        var run = await SignInByBrowserAsync(GenLabZ(Provider, "elliptic-cli"));

        Assert.Equal(0, run.ExitCode);
        Assert.Equal("you@yourcompany.com", GenLabZFile["email"]);
    }

    [Fact]
    public async Task A_redirect_with_one_registered_port()
    {
        var run = await SignInByBrowserAsync(Datagen(Provider, "one-port-cli"), You, "--port", "8731");

        Assert.Equal((0, Answer), (run.ExitCode, run.StandardOutput));
    }

    [Fact]
    public async Task A_person_without_organizations()
    {
        var cli = Datagen(Provider);

        var run = await SignInByBrowserAsync(cli, Author);

        Assert.Equal("status: authenticated\nemail: you@example.com\nactive_org_slug: none\n", run.StandardOutput);
        Assert.Equal("active_org_slug: none\nmemberships: none\n", (await cli.RunAsync("auth", "org", "--list")).StandardOutput);
    }

    [Fact]
    public async Task A_UserInfo_answer_signed_as_a_JWT_is_refused_clearly()
    {
        using var login = Datagen(Provider, "signed-userinfo-cli").Start("auth", "login", "--flow", "device");
        var prompt = await login.UserCodeAsync(Stop);
        await ApproveAsync(prompt, You);

        (await login.ExitAsync(Stop)).IsErrorAfter(
            $"User code: {prompt.UserCode}\nVerify at: {prompt.VerificationUri}\n\n", 1, "signed JWT", "registered for plain JSON");
        Assert.False(File.Exists);
    }
}
