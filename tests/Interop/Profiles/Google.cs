using Datagen.Auth;
using Datagen.Protocol;
using Datagen.Sessions;
using Interop.World;

namespace Interop.Profiles;

[Against("Google, as documented")]
public class Google : ProfileSituation
{
    private const string Token = "https://oauth2.googleapis.com/token";
    private const string Device = "https://oauth2.googleapis.com/device/code";
    private const string Revoke = "https://oauth2.googleapis.com/revoke";
    private const string UserInfo = "https://openidconnect.googleapis.com/v1/userinfo";
    private const string Pending = """{"error":"authorization_pending","error_description":"Precondition Required"}""";
    private const string Tokens =
        "\"access_token\":\"a1\",\"expires_in\":3920,\"scope\":\"openid https://www.googleapis.com/auth/userinfo.email\",\"token_type\":\"Bearer\"";

    private protected override Product Product => Product.Datagen;

    private protected override string Issuer => "https://accounts.google.com";

    private protected override string ClientId => "1234-abcd.apps.googleusercontent.com";

    private protected override Dictionary<string, string> Variables => new() { ["SCOPE"] = "openid email", ["CLIENT_SECRET"] = "secret-1" };

    private protected override string Metadata => $$"""
        {"issuer":"{{Issuer}}","authorization_endpoint":"{{Issuer}}/o/oauth2/v2/auth","device_authorization_endpoint":"{{Device}}",
        "token_endpoint":"{{Token}}","userinfo_endpoint":"{{UserInfo}}","revocation_endpoint":"{{Revoke}}",
        "jwks_uri":"https://www.googleapis.com/oauth2/v3/certs","scopes_supported":["openid","email","profile"],
        "token_endpoint_auth_methods_supported":["client_secret_post","client_secret_basic"],"code_challenge_methods_supported":["plain","S256"]}
        """;

    private void OffersACode() => Provider.Answers(Device, """
        {"device_code":"d1","user_code":"QXTR-9PLN","expires_in":1800,"interval":5,"verification_url":"https://www.google.com/device"}
        """);

    private async Task SignInAsync()
    {
        OffersACode();
        Provider.Answers(Token, Pending, 428).Answers(Token, """{"error":"slow_down","error_description":"Forbidden"}""", 403);
        Gives(Token, Tokens + ",\"refresh_token\":\"r1\"");
        Provider.Answers(UserInfo, """{"sub":"s1","email":"you@yourcompany.com","email_verified":true,"hd":"yourcompany.com"}""");
        await SignInByDeviceAsync();
    }

    [Fact] // Findings 3 and 7: verification_url, and a secret that is none.
    public async Task Device_flow_with_a_client_secret_and_its_older_name_for_the_address()
    {
        await SignInAsync();

        Assert.Equal(new Uri("https://www.google.com/device"), Shown.Single().VerificationUri);
        Assert.Equal([$"client_id={ClientId}&client_secret=secret-1&scope=openid email"], To(Device));
        Assert.Equal(
            $"grant_type=urn:ietf:params:oauth:grant-type:device_code&device_code=d1&client_id={ClientId}&client_secret=secret-1", To(Token).First());
        Assert.Equal([5, 5, 10], WaitedSeconds);
        Assert.Equal("you@yourcompany.com", File["email"]);
    }

    [Fact]
    public async Task Denied_in_its_words()
    {
        OffersACode();
        Provider.Answers(Token, """{"error":"access_denied","error_description":"Forbidden"}""", 403);

        await Assert.ThrowsAsync<SignInFailedException>(SignInByDeviceAsync);
    }

    [Fact]
    public async Task Too_many_codes_are_told()
    {
        Provider.Answers(Device, """{"error_code":"rate_limit_exceeded"}""", 403);

        var refused = await Assert.ThrowsAsync<AuthException>(SignInByDeviceAsync);

        Assert.Contains("403", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_refresh_sends_the_secret_and_keeps_the_refresh_token()
    {
        await SignInAsync();
        Gives(Token, Tokens.Replace("a1", "a2", StringComparison.Ordinal));

        Assert.Equal("a2", (await Session().GetAccessTokenAsync(refresh: true, cancellation: Stop)).Value);

        Assert.Equal($"grant_type=refresh_token&refresh_token=r1&client_id={ClientId}&client_secret=secret-1", To(Token).Last());
        Assert.Equal("r1", File["refresh_token"]);
    }

    [Fact] // Finding 6: what goes with the refresh token is no longer known.
    public async Task Logout_is_silent_about_an_access_token_that_went_with_the_refresh_token()
    {
        await SignInAsync();
        Provider.Answers(Revoke, "{}").Answers(Revoke, """{"error":"invalid_token","error_description":"Token expired or revoked"}""", 400);

        Assert.True(await Session().SignOutAsync(cancellation: Stop));

        Assert.Empty(Warnings);
        Assert.False(File.Exists);
    }

    [Fact] // Finding 6.
    public async Task Logout_of_a_session_that_is_over_already_works()
    {
        await SignInAsync();
        const string Gone = """{"error":"invalid_token","error_description":"Token expired or revoked"}""";
        Provider.Answers(Revoke, Gone, 400).Answers(Revoke, Gone, 400);

        Assert.True(await Session().SignOutAsync(cancellation: Stop));

        Assert.False(File.Exists);
    }
}
