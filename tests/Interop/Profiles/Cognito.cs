using Datagen.Auth;
using Datagen.Protocol;
using Datagen.Sessions;
using Interop.World;

namespace Interop.Profiles;

[Against("Amazon Cognito, as documented")]
public class Cognito : ProfileSituation
{
    private const string Domain = "https://example.auth.eu-central-1.amazoncognito.com";
    private const string Token = $"{Domain}/oauth2/token";
    private const string Revoke = $"{Domain}/oauth2/revoke";
    private const string UserInfo = $"{Domain}/oauth2/userInfo";
    private const string Tokens = "\"access_token\":\"a1\",\"refresh_token\":\"r1\",\"token_type\":\"Bearer\",\"expires_in\":3600";
    private const string Claims =
        "\"email\":\"you@example.com\",\"cognito:groups\":[\"authors\",\"reviewers\"],\"cognito:username\":\"u1\",\"token_use\":\"id\",\"origin_jti\":\"j1\"";

    private protected override Product Product => Product.GenLabZ;

    private protected override string Issuer => "https://cognito-idp.eu-central-1.amazonaws.com/eu-central-1_Example";

    private protected override Dictionary<string, string> Variables => new()
    {
        ["SCOPE"] = "openid email",
        ["REDIRECT_URI"] = "http://localhost:8734/callback", // Finding 12: http at localhost alone, compared with its port.
    };

    private protected override string Metadata => $$"""
        {"authorization_endpoint":"{{Domain}}/oauth2/authorize","end_session_endpoint":"{{Domain}}/logout",
        "id_token_signing_alg_values_supported":["RS256"],"issuer":"{{Issuer}}","jwks_uri":"{{Issuer}}/.well-known/jwks.json",
        "response_types_supported":["code","token"],"revocation_endpoint":"{{Revoke}}",
        "scopes_supported":["openid","email","phone","profile"],"subject_types_supported":["public"],"token_endpoint":"{{Token}}",
        "token_endpoint_auth_methods_supported":["client_secret_basic","client_secret_post"],"userinfo_endpoint":"{{UserInfo}}"}
        """;

    private async Task<Identity> SignInAsync()
    {
        Gives(Token, Tokens, Claims);
        HasKeysAt($"{Issuer}/.well-known/jwks.json");
        return await SignInByBrowserAsync("code=c1");
    }

    [Fact]
    public async Task Browser_flow_to_the_registered_port_with_groups_out_of_the_ID_token()
    {
        var identity = await SignInAsync();

        Assert.Equal("you@example.com", identity.Email);
        Assert.Equal(["authors", "reviewers"], identity.Groups);
        Assert.Equal("http://localhost:8734/callback", Asked["redirect_uri"]);
        Assert.Equal("openid email", Asked["scope"]);
        Assert.Equal("S256", Asked["code_challenge_method"]);
        // Consent is for offline_access, which Cognito does not know: its refresh token comes with every code.
        Assert.DoesNotContain("prompt", Asked.Keys);
        Assert.Empty(To(UserInfo));
    }

    [Fact]
    public async Task A_refresh_brings_new_groups_and_no_new_refresh_token()
    {
        await SignInAsync();
        Gives(Token, "\"access_token\":\"a2\",\"token_type\":\"Bearer\",\"expires_in\":3600", "\"email\":\"you@example.com\"");

        var token = await Session().GetAccessTokenAsync(refresh: true, cancellation: Stop);

        Assert.Equal("a2", token.Value);
        Assert.Equal("r1", GenLabZFile["refresh_token"]);
        Assert.Equal("grant_type=refresh_token&refresh_token=r1&client_id=client-1", To(Token).Last());
        // Who is in no group any more has no claim cognito:groups.
        Assert.Empty(GenLabZFile.Json["groups"]!.AsArray());
    }

    [Fact]
    public async Task Logout_revokes_the_refresh_token_alone_as_it_can_revoke_no_other()
    {
        await SignInAsync();
        Provider.Answers(Revoke, "").Answers(Revoke, """{"error":"unsupported_token_type"}""", 400);

        Assert.True(await Session().SignOutAsync(cancellation: Stop));

        Assert.Equal(
            ["token=r1&token_type_hint=refresh_token&client_id=client-1", "token=a1&token_type_hint=access_token&client_id=client-1"], To(Revoke));
        Assert.Empty(Warnings);
        Assert.False(GenLabZFile.Exists);
    }

    [Fact]
    public async Task An_error_without_description_ends_a_session()
    {
        await SignInAsync();
        Provider.Answers(Token, """{"error":"invalid_grant"}""", 400);

        await Assert.ThrowsAsync<NotSignedInException>(() => Session().GetAccessTokenAsync(refresh: true, cancellation: Stop));
    }

    [Fact]
    public async Task A_scope_that_it_does_not_know_is_told()
    {
        var refused = await Assert.ThrowsAsync<AuthException>(() => SignInByBrowserAsync("error_description=invalid_scope&error=invalid_request"));

        Assert.Contains("invalid_scope (invalid_request)", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task It_has_no_device_flow_and_that_is_told()
    {
        var missing = await Assert.ThrowsAsync<AuthException>(SignInByDeviceAsync);

        Assert.Contains("offers no device_authorization_endpoint", missing.Message, StringComparison.Ordinal);
    }
}
