using System.Buffers.Text;
using System.Text;
using System.Text.Json.Nodes;
using Interop.World;

namespace Interop.Independent;

/// <summary>At a provider whose ID tokens tell everything, with clients and requests that need more than the standard parameters.</summary>
public class OtherClients(Servers servers) : ProviderSituation(servers)
{
    private const string Secret = "known to & hidden from nobody";

    protected override IEnumerable<(string Name, string Value)> Settings => [("CLAIMS_IN_ID_TOKEN", "1")];

    [Fact]
    public async Task An_ID_token_with_claims_needs_no_UserInfo()
    {
        var run = await SignInByBrowserAsync(GenLabZ(Provider), You, "--verbose");

        Assert.Equal(0, run.ExitCode);
        Assert.Contains($"> GET {Provider.Issuer}/jwks", run.StandardError, StringComparison.Ordinal);
        Assert.DoesNotContain($"> GET {Provider.Issuer}/me", run.StandardError, StringComparison.Ordinal);
        Assert.Equal("you@yourcompany.com", GenLabZFile["email"]);
    }

    [Theory] // Finding 7: RFC 6749 section 2.3.1.
    [InlineData("device")]
    [InlineData("browser")]
    public async Task A_client_with_a_secret_signs_in_refreshes_and_signs_out(string flow)
    {
        var cli = Datagen(Provider, "confidential-cli");
        var withSecret = cli.With("DATAGEN_CLIENT_SECRET", Secret);

        var run = flow == "device"
            ? await SignInByDeviceAsync(withSecret, You, "--verbose")
            : await SignInByBrowserAsync(withSecret, You, "--verbose");

        Assert.Equal(0, run.ExitCode);
        Assert.DoesNotContain("hidden", run.StandardError, StringComparison.Ordinal);
        // What the environment says later does not matter.
        Assert.Equal(0, (await cli.RunAsync("auth", "token", "--refresh")).ExitCode);
        Assert.Equal(new Run(0, "status: logged_out\n", ""), await cli.RunAsync("auth", "logout"));
    }

    [Fact]
    public async Task A_client_whose_secret_is_missing_is_told_so()
    {
        var run = await Datagen(Provider, "confidential-cli").RunAsync("auth", "login");

        run.IsError(1, "invalid_client");
    }

    [Fact] // Finding 8: RFC 8707.
    public async Task An_access_token_for_a_resource_that_is_named_in_the_parameters()
    {
        var cli = GenLabZ(Provider).With("GENLABZ_PARAMETERS", "resource=https%3A%2F%2Fapi.example.com%2Fv1&login_hint=you%40yourcompany.com");
        using var login = cli.Start("auth", "login", "--flow", "browser");
        using var person = new Person();
        var page = await person.OpenAsync(new Uri(await login.SaysAsync(@"^Open: (\S+)$", Stop)), Stop);
        Assert.Contains("value=\"you@yourcompany.com\"", page.Html, StringComparison.Ordinal);

        await SignInAndConsentAsync(page, You);

        Assert.Equal(0, (await login.ExitAsync(Stop)).ExitCode);
        var payload = JsonNode.Parse(Encoding.UTF8.GetString(Base64Url.DecodeFromChars(GenLabZFile["access_token"].Split('.')[1])))!;
        Assert.Equal("https://api.example.com/v1", (string?)payload["aud"]);
        Assert.Equal(0, (await cli.RunAsync("auth", "token", "--refresh")).ExitCode);
        // The provider can't revoke a token that is a JWT, and says so; the session is over all the same.
        Assert.Equal(new Run(0, "Logged out. Tokens cleared.\n", ""), await cli.RunAsync("auth", "logout"));
    }

    [Fact] // Finding 1, seen from the other side.
    public async Task Without_prompt_consent_there_is_a_session_without_refresh_token()
    {
        var cli = Datagen(Provider).With("DATAGEN_PARAMETERS", "prompt=");

        var run = await SignInByBrowserAsync(cli);

        Assert.Equal(0, run.ExitCode);
        Assert.False(File.Json.ContainsKey("refresh_token"));
        Assert.Equal(0, (await cli.RunAsync("auth", "status")).ExitCode);
        (await cli.RunAsync("auth", "token", "--refresh")).IsError(4, "datagen auth login");
        Assert.Equal(new Run(0, "status: logged_out\n", ""), await cli.RunAsync("auth", "logout"));
    }

    [Fact] // Finding 12: RFC 8252 section 8.3.
    public async Task A_redirect_to_localhost_with_one_port_and_another_path()
    {
        var cli = Datagen(Provider, "localhost-cli").With("DATAGEN_REDIRECT_URI", "http://localhost:8732/sign-in/done");

        var run = await SignInByBrowserAsync(cli);

        Assert.Equal(0, run.ExitCode);
        Assert.Contains("redirect_uri=http%3A%2F%2Flocalhost%3A8732%2Fsign-in%2Fdone", run.StandardError, StringComparison.Ordinal);
        Assert.True(await IsActiveAsync(Provider, File["refresh_token"], "localhost-cli"));
    }

    [Fact] // Finding 10.
    public async Task Names_of_parameters_are_escaped_too()
    {
        var cli = Datagen(Provider).With("DATAGEN_PARAMETERS", "a%26state%3Dforged%26b=1");

        using var login = cli.Start("auth", "login", "--flow", "browser");
        var address = await login.SaysAsync(@"^Open: (\S+)$", Stop);

        Assert.EndsWith("&a%26state%3Dforged%26b=1", address, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Parameters_cannot_set_what_protects_the_sign_in()
    {
        var run = await Datagen(Provider).With("DATAGEN_PARAMETERS", "audience=x&state=1").RunAsync("auth", "login", "--flow", "browser");

        run.IsError(1, "DATAGEN_PARAMETERS can't set state");
    }
}
