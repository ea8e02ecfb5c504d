using Datagen.Auth;
using Datagen.Protocol;
using Datagen.Sessions;
using Interop.World;

namespace Interop.Profiles;

[Against("Microsoft Entra ID, as documented")]
public class EntraId : ProfileSituation
{
    private const string Host = "https://login.microsoftonline.com";
    private const string Tenant = "9f2c1a44-6a0e-4c41-9f0b-7d7d4f0a1b2c";
    private const string Token = $"{Host}/{Tenant}/oauth2/v2.0/token";
    private const string Device = $"{Host}/{Tenant}/oauth2/v2.0/devicecode";
    private const string UserInfo = "https://graph.microsoft.com/oidc/userinfo";
    private const string Tokens =
        "\"token_type\":\"Bearer\",\"scope\":\"email openid\",\"expires_in\":4786,\"ext_expires_in\":4786,\"access_token\":\"a1\",\"refresh_token\":\"r1\"";

    private protected override Product Product => Product.Datagen;

    private protected override string Issuer => $"{Host}/{Tenant}/v2.0";

    private protected override Dictionary<string, string> Variables => new()
    {
        ["PARAMETERS"] = "prompt=select_account",
        ["REDIRECT_URI"] = "http://localhost/callback", // Finding 12: any port, but its portal takes no other host.
    };

    private protected override string Metadata => MetadataOf(Tenant);

    private static string MetadataOf(string tenant) => $$"""
        {"token_endpoint":"{{Token}}","token_endpoint_auth_methods_supported":["client_secret_post","private_key_jwt","client_secret_basic"],
        "jwks_uri":"{{Host}}/{{Tenant}}/discovery/v2.0/keys","response_modes_supported":["query","fragment","form_post"],
        "subject_types_supported":["pairwise"],"issuer":"{{Host}}/{{tenant}}/v2.0","request_uri_parameter_supported":false,"userinfo_endpoint":"{{UserInfo}}",
        "authorization_endpoint":"{{Host}}/{{Tenant}}/oauth2/v2.0/authorize","device_authorization_endpoint":"{{Device}}",
        "kerberos_endpoint":"{{Host}}/{{Tenant}}/kerberos","tenant_region_scope":"EU","cloud_instance_name":"microsoftonline.com"}
        """;

    private static string Error(string code, int number, string says) => $$"""
        {"error":"{{code}}","error_description":"AADSTS{{number}}: {{says}}\r\nTrace ID: t1\r\nCorrelation ID: i1\r\nTimestamp: 2026-04-23 14:30:00Z",
        "error_codes":[{{number}}],"timestamp":"2026-04-23 14:30:00Z","trace_id":"t1","correlation_id":"i1","error_uri":"{{Host}}/error?code={{number}}"}
        """;

    private void OffersACode() => Provider.Answers(Device, """
        {"user_code":"QXTR9PLN","device_code":"d1","verification_uri":"https://www.microsoft.com/link","expires_in":900,"interval":5,
        "message":"Open the page and enter the code."}
        """);

    private void KnowsYou() => Provider.Answers(
        UserInfo, """{"sub":"s1","name":"You","email":"you@yourcompany.com","picture":"https://graph.microsoft.com/v1.0/me/photo/$value"}""");

    [Fact]
    public async Task Device_flow_with_its_wording_of_pending()
    {
        OffersACode();
        Provider.Answers(Token, Error("authorization_pending", 70016, "Not yet."), 400);
        Gives(Token, Tokens);
        KnowsYou();

        var identity = await SignInByDeviceAsync();

        Assert.Equal("you@yourcompany.com", identity.Email);
        Assert.Null(Shown.Single().VerificationUriComplete);
        Assert.Equal([5, 5], WaitedSeconds);
    }

    [Fact] // Finding 4: its word for access_denied.
    public async Task Denied_in_its_words()
    {
        OffersACode();
        Provider.Answers(Token, Error("authorization_declined", 70000, "No."), 400);

        var failure = await Assert.ThrowsAsync<SignInFailedException>(SignInByDeviceAsync);

        Assert.Contains("denied", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Expired_in_its_words()
    {
        OffersACode();
        Provider.Answers(Token, Error("expired_token", 70019, "Too late."), 400);

        await Assert.ThrowsAsync<SignInFailedException>(SignInByDeviceAsync);
    }

    [Fact]
    public async Task An_error_of_four_lines_is_told_on_one()
    {
        OffersACode();
        Provider.Answers(Token, Error("bad_verification_code", 70001, "What is this?"), 400);

        var refused = await Assert.ThrowsAsync<AuthException>(SignInByDeviceAsync);

        Assert.Contains("AADSTS70001", refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', refused.Message);
    }

    [Fact] // Finding 1: consent that a person may not give is not asked for.
    public async Task Browser_flow_with_another_prompt_than_consent()
    {
        Gives(Token, Tokens);
        HasKeysAt($"{Host}/{Tenant}/discovery/v2.0/keys");
        KnowsYou();

        await SignInByBrowserAsync("code=c1&session_state=ss1");

        Assert.Equal("select_account", Asked["prompt"]);
        Assert.Matches("^http://localhost:[0-9]+/callback$", Asked["redirect_uri"]);
        Assert.Equal("r1", File["refresh_token"]);
    }

    [Fact]
    public async Task The_issuer_of_many_tenants_is_no_issuer()
    {
        Provider.Answers(Discovery, MetadataOf("{tenantid}"));

        var refused = await Assert.ThrowsAsync<AuthException>(
            () => Session().SignInAsync(new SignInPrompts(), SignInFlow.Device, 0, Stop));

        Assert.Contains("{tenantid}/v2.0, not for " + Issuer, refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Logout_warns_as_it_can_revoke_nothing()
    {
        OffersACode();
        Gives(Token, Tokens);
        KnowsYou();
        await SignInByDeviceAsync();

        Assert.True(await Session().SignOutAsync(cancellation: Stop));

        Assert.Contains("no revocation endpoint", Assert.Single(Warnings), StringComparison.Ordinal);
        Assert.False(File.Exists);
    }
}
