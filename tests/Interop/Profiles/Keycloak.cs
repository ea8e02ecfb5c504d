using Datagen.Auth;
using Datagen.Protocol;
using Datagen.Sessions;
using Interop.World;

namespace Interop.Profiles;

[Against("Keycloak, as documented")]
public class Keycloak : ProfileSituation
{
    private const string Realm = "https://sso.example.com/realms/demo";
    private const string Protocol = $"{Realm}/protocol/openid-connect";
    private const string Token = $"{Protocol}/token";
    private const string UserInfo = $"{Protocol}/userinfo";
    private const string Revoke = $"{Protocol}/revoke";
    private const string Pending = """{"error":"authorization_pending","error_description":"The authorization request is still pending"}""";
    private const string Tokens =
        "\"access_token\":\"a1\",\"expires_in\":300,\"refresh_expires_in\":0,\"refresh_token\":\"r1\",\"token_type\":\"Bearer\","
        + "\"not-before-policy\":0,\"session_state\":\"ss1\",\"scope\":\"openid email offline_access\"";
    private const string Somebody =
        """{"sub":"s1","email_verified":true,"email":"you@yourcompany.com","memberships":[{"slug":"yourcompany","role":"admin"}]}""";

    private protected override Product Product => Product.Datagen;

    private protected override string Issuer => Realm;

    private protected override string Metadata => $$"""
        {"issuer":"{{Realm}}","authorization_endpoint":"{{Protocol}}/auth","token_endpoint":"{{Token}}",
        "introspection_endpoint":"{{Protocol}}/token/introspect","userinfo_endpoint":"{{UserInfo}}","end_session_endpoint":"{{Protocol}}/logout",
        "frontchannel_logout_session_supported":true,"jwks_uri":"{{Protocol}}/certs","check_session_iframe":"{{Protocol}}/login-status-iframe.html",
        "grant_types_supported":["authorization_code","refresh_token","urn:ietf:params:oauth:grant-type:device_code"],
        "revocation_endpoint":"{{Revoke}}","device_authorization_endpoint":"{{Protocol}}/auth/device",
        "authorization_response_iss_parameter_supported":true,"mtls_endpoint_aliases":{"token_endpoint":"{{Token}}"} }
        """;

    private void OffersACode() => Provider.Answers($"{Protocol}/auth/device", $$"""
        {"device_code":"d1","user_code":"QXTR-9PLN","verification_uri":"{{Realm}}/device",
        "verification_uri_complete":"{{Realm}}/device?user_code=QXTR-9PLN","expires_in":600,"interval":5}
        """);

    private async Task<Identity> SignInAsync()
    {
        OffersACode();
        Provider.Answers(Token, Pending, 400)
            .Answers(Token, """{"error":"slow_down","error_description":"Slow down"}""", 400)
            .Answers(Token, Pending, 400);
        Gives(Token, Tokens);
        Provider.Answers(UserInfo, Somebody);
        return await SignInByDeviceAsync();
    }

    [Fact]
    public async Task Device_flow_with_its_waits()
    {
        var identity = await SignInAsync();

        Assert.Equal(("you@yourcompany.com", "yourcompany"), (identity.Email, identity.ActiveOrgSlug));
        Assert.Equal([5, 5, 10, 10], WaitedSeconds);
        Assert.Equal(new Uri($"{Realm}/device?user_code=QXTR-9PLN"), Shown.Single().VerificationUriComplete);
    }

    [Fact]
    public async Task Browser_flow_with_iss_and_session_state_in_the_redirect()
    {
        Gives(Token, Tokens);
        HasKeysAt($"{Protocol}/certs");
        Provider.Answers(UserInfo, Somebody);

        var identity = await SignInByBrowserAsync($"session_state=ss1&iss={Uri.EscapeDataString(Realm)}&code=c1.ss1.cl1");

        Assert.Equal("you@yourcompany.com", identity.Email);
        Assert.Contains("&code=c1.ss1.cl1&", To(Token).Single(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Denied_and_expired_in_its_words()
    {
        foreach (var (error, says) in new[]
        {
            ("""{"error":"access_denied","error_description":"The end user denied the authorization request"}""", "denied"),
            ("""{"error":"expired_token","error_description":"Device code is expired"}""", "expired"),
        })
        {
            OffersACode();
            Provider.Answers(Token, error, 400);
            var failure = await Assert.ThrowsAsync<SignInFailedException>(SignInByDeviceAsync);
            Assert.Contains(says, failure.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_token_of_five_minutes_is_used_and_refreshed()
    {
        await SignInAsync();
        Clock.Advance(TimeSpan.FromMinutes(4));
        Gives(Token, Tokens.Replace("a1", "a2", StringComparison.Ordinal).Replace("r1", "r2", StringComparison.Ordinal));

        Assert.Equal("a2", (await Session().GetAccessTokenAsync(cancellation: Stop)).Value);

        Assert.Equal("r2", File["refresh_token"]);
    }

    [Fact]
    public async Task A_session_that_an_administrator_ended()
    {
        await SignInAsync();
        Provider.Answers(Token, """{"error":"invalid_grant","error_description":"Session not active"}""", 400);

        await Assert.ThrowsAsync<NotSignedInException>(() => Session().GetAccessTokenAsync(refresh: true, cancellation: Stop));
    }

    [Fact]
    public async Task Logout_revokes_both_tokens()
    {
        await SignInAsync();
        Provider.Answers(Revoke, "").Answers(Revoke, "");

        Assert.True(await Session().SignOutAsync(cancellation: Stop));

        Assert.Equal(
            ["token=r1&token_type_hint=refresh_token&client_id=client-1", "token=a1&token_type_hint=access_token&client_id=client-1"], To(Revoke));
    }
}
