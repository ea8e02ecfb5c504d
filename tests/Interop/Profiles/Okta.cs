using Datagen.Auth;
using Datagen.Sessions;
using Interop.World;

namespace Interop.Profiles;

[Against("Okta, as documented")]
public class Okta : ProfileSituation
{
    private const string Org = "https://example.okta.com";
    private const string Server = $"{Org}/oauth2/default";
    private const string Token = $"{Server}/v1/token";
    private const string Device = $"{Server}/v1/device/authorize";
    private const string Tokens =
        "\"token_type\":\"Bearer\",\"expires_in\":3600,\"access_token\":\"a1\",\"scope\":\"openid email offline_access\",\"refresh_token\":\"r1\"";

    private protected override Product Product => Product.GenLabZ;

    private protected override string Issuer => Server;

    private protected override string Metadata => $$"""
        {"issuer":"{{Server}}","authorization_endpoint":"{{Server}}/v1/authorize","token_endpoint":"{{Token}}","userinfo_endpoint":"{{Server}}/v1/userinfo",
        "registration_endpoint":"{{Org}}/oauth2/v1/clients","jwks_uri":"{{Server}}/v1/keys","introspection_endpoint":"{{Server}}/v1/introspect",
        "revocation_endpoint":"{{Server}}/v1/revoke","end_session_endpoint":"{{Server}}/v1/logout","device_authorization_endpoint":"{{Device}}",
        "request_parameter_supported":true,"scopes_supported":["openid","profile","email","offline_access"]}
        """;

    private void OffersACode() => Provider.Answers(Device, $$"""
        {"device_code":"d1","user_code":"QXTR9PLN","verification_uri":"{{Org}}/activate","verification_uri_complete":"{{Org}}/activate?user_code=QXTR9PLN",
        "expires_in":600,"interval":5}
        """);

    [Fact]
    public async Task Browser_flow_to_the_registered_port_with_groups_out_of_the_ID_token()
    {
        Gives(Token, Tokens, "\"email\":\"you@example.com\",\"groups\":[\"Everyone\",\"authors\"],\"ver\":1,\"amr\":[\"pwd\"],\"idp\":\"o1\"");
        HasKeysAt($"{Server}/v1/keys");

        var identity = await SignInByBrowserAsync("code=c1", port: 8736);

        Assert.Equal(["Everyone", "authors"], identity.Groups);
        Assert.Equal("http://127.0.0.1:8736/callback", Asked["redirect_uri"]);
        Assert.Equal("openid email offline_access", Asked["scope"]);
    }

    [Fact]
    public async Task Device_flow_and_a_refresh_that_rotates()
    {
        OffersACode();
        Provider.Answers(
            Token, """{"error":"authorization_pending","error_description":"The device authorization is pending. Please try again later."}""", 400);
        Gives(Token, Tokens, "\"email\":\"you@example.com\"");
        HasKeysAt($"{Server}/v1/keys");
        await SignInByDeviceAsync();
        Gives(Token, Tokens.Replace("r1", "r2", StringComparison.Ordinal), "\"email\":\"you@example.com\"");

        await Session().GetAccessTokenAsync(refresh: true, cancellation: Stop);

        Assert.Equal("r2", GenLabZFile["refresh_token"]);
    }

    [Fact]
    public async Task An_error_that_is_no_OAuth_error_is_told_by_its_status()
    {
        Provider.Answers(Device, """{"errorCode":"invalid_client","errorSummary":"Invalid value for 'client_id' parameter.","errorLink":"invalid_client"}""", 401);

        var refused = await Assert.ThrowsAsync<AuthException>(SignInByDeviceAsync);

        Assert.Contains("401", refused.Message, StringComparison.Ordinal);
    }
}
