using Datagen.Auth;
using Datagen.Sessions;
using Interop.World;

namespace Interop.Profiles;

[Against("Auth0, as documented")]
public class Auth0 : ProfileSituation
{
    private const string Tenant = "https://example.eu.auth0.com";
    private const string Token = $"{Tenant}/oauth/token";
    private const string Device = $"{Tenant}/oauth/device/code";
    private const string Pending = """{"error":"authorization_pending","error_description":"User has yet to authorize device code."}""";
    private const string SlowDown = """{"error":"slow_down","error_description":"You are polling faster than the specified interval of 5 seconds."}""";
    private const string Tokens =
        "\"access_token\":\"a1\",\"refresh_token\":\"r1\",\"scope\":\"openid email offline_access\",\"expires_in\":86400,\"token_type\":\"Bearer\"";

    private protected override Product Product => Product.Datagen;

    private protected override string Issuer => $"{Tenant}/"; // With its slash, as in its ID tokens.

    private protected override Dictionary<string, string> Variables => new() { ["PARAMETERS"] = "audience=https%3A%2F%2Fapi.example.com%2F" };

    private protected override string Metadata => $$"""
        {"issuer":"{{Issuer}}","authorization_endpoint":"{{Tenant}}/authorize","token_endpoint":"{{Token}}",
        "device_authorization_endpoint":"{{Device}}","userinfo_endpoint":"{{Tenant}}/userinfo","mfa_challenge_endpoint":"{{Tenant}}/mfa/challenge",
        "jwks_uri":"{{Tenant}}/.well-known/jwks.json","registration_endpoint":"{{Tenant}}/oidc/register","revocation_endpoint":"{{Tenant}}/oauth/revoke",
        "token_endpoint_auth_methods_supported":["client_secret_basic","client_secret_post","private_key_jwt","none"]}
        """;

    private void OffersACode() => Provider.Answers(Device, $$"""
        {"device_code":"d1","user_code":"QXTR-9PLN","verification_uri":"{{Tenant}}/activate","expires_in":900,"interval":5,
        "verification_uri_complete":"{{Tenant}}/activate?user_code=QXTR-9PLN"}
        """);

    private void KnowsYou() => Provider.Answers($"{Tenant}/userinfo", """{"sub":"s1","email":"you@yourcompany.com","email_verified":true}""");

    [Fact]
    public async Task Device_flow_for_the_audience_that_is_set()
    {
        OffersACode();
        Provider.Answers(Token, Pending, 403).Answers(Token, Pending, 403);
        Gives(Token, Tokens);
        KnowsYou();

        var identity = await SignInByDeviceAsync();

        Assert.Equal("you@yourcompany.com", identity.Email);
        Assert.Equal(["client_id=client-1&scope=openid email offline_access&audience=https://api.example.com/"], To(Device));
        Assert.All(To(Token), form => Assert.DoesNotContain("audience", form, StringComparison.Ordinal));
        Assert.Equal([5, 5, 5], WaitedSeconds);
    }

    [Fact]
    public async Task Browser_flow_for_the_audience_that_is_set()
    {
        Gives(Token, Tokens);
        HasKeysAt($"{Tenant}/.well-known/jwks.json");
        KnowsYou();

        await SignInByBrowserAsync("code=c1");

        Assert.Equal("https://api.example.com/", Asked["audience"]);
        Assert.Equal("consent", Asked["prompt"]);
        Assert.DoesNotContain("audience", To(Token).Single(), StringComparison.Ordinal);
    }

    [Fact] // Finding 5.
    public async Task Slow_down_that_comes_as_429_makes_the_interval_longer_for_good()
    {
        OffersACode();
        Provider.Answers(Token, SlowDown, 429).Answers(Token, Pending, 403);
        Gives(Token, Tokens);
        KnowsYou();

        await SignInByDeviceAsync();

        Assert.Equal([5, 10, 10], WaitedSeconds);
    }

    [Fact] // It says expired_token once, and invalid_grant ever after: long before its time that is told in its own words.
    public async Task A_code_that_is_forgotten_before_its_time_is_a_refusal()
    {
        OffersACode();
        Provider.Answers(Token, Pending, 403)
            .Answers(Token, """{"error":"invalid_grant","error_description":"Invalid or expired device code."}""", 403);

        var failure = await Assert.ThrowsAsync<AuthException>(SignInByDeviceAsync);

        Assert.Contains("Invalid or expired device code. (invalid_grant)", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Denied_in_its_words()
    {
        OffersACode();
        Provider.Answers(Token, """{"error":"access_denied","error_description":"User cancelled the confirmation prompt."}""", 403);

        await Assert.ThrowsAsync<SignInFailedException>(SignInByDeviceAsync);
    }

    [Fact]
    public async Task A_refresh_token_that_was_used_before_ends_the_session()
    {
        OffersACode();
        Gives(Token, Tokens);
        KnowsYou();
        await SignInByDeviceAsync();
        Provider.Answers(Token, """{"error":"invalid_grant","error_description":"Unknown or invalid refresh token."}""", 403);

        await Assert.ThrowsAsync<NotSignedInException>(() => Session().GetAccessTokenAsync(refresh: true, cancellation: Stop));
    }
}
