using Datagen.Auth;
using Datagen.Protocol;
using Datagen.Sessions;
using Datagen.Storage;
using Unit.World;

namespace Unit;

public sealed class SignOutTests : IDisposable
{
    private const string Revocation = "https://id.example/revoke";
    private const string TokenAddress = "https://id.example/token";
    private const string UserInfoAddress = "https://id.example/userinfo";
    private const string Refused = """{"error":"invalid_request"}""";

    private readonly TemporaryFolder _home = new();
    private readonly ScriptedServer _server = new();
    private readonly List<string> _warnings = [];
    private readonly CredentialsFile _file;
    private readonly ManualClock _clock = new();

    public SignOutTests() => _file = new CredentialsFile(_home.Path, _warnings.Add);

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _server.Dispose();
        _home.Dispose();
    }

    private async Task Store(string? refreshToken = "r1", bool expired = false, string? endpoint = Revocation, bool hasUserInfo = true)
    {
        using var held = await _file.LockAsync(TimeProvider.System, null, Ct);
        held!.Write(new Credential
        {
            AccessToken = "a1",
            RefreshToken = refreshToken,
            ExpiresAt = _clock.GetUtcNow().AddMinutes(expired ? -1 : 50),
            Issuer = "https://id.example",
            ClientId = "cli",
            Endpoints = new Endpoints { RevocationEndpoint = endpoint, TokenEndpoint = TokenAddress, UserinfoEndpoint = hasUserInfo ? UserInfoAddress : null },
        });
    }

    private Task<bool> SignOut() => new SignOut(
        Product.Datagen, SessionFiles.Of(_file, Product.Datagen, SessionOptions.From(Product.Datagen, _ => null), _clock), _server.Client, _clock, _warnings.Add).EverywhereAsync(Ct);

    [Fact]
    public async Task Revokes_the_refresh_token_then_the_access_token_then_deletes()
    {
        await Store();
        _server.Answers(Revocation, "").Answers(Revocation, "");

        Assert.True(await SignOut());

        Assert.Equal(
            [
                $"POST {Revocation} token=r1&token_type_hint=refresh_token&client_id=cli",
                $"POST {Revocation} token=a1&token_type_hint=access_token&client_id=cli",
            ],
            _server.Requests);
        Assert.False(_file.Exists);
    }

    [Fact]
    public async Task Without_a_refresh_token_the_access_token_is_revoked()
    {
        await Store(refreshToken: null);
        _server.Answers(Revocation, "");

        Assert.True(await SignOut());

        Assert.Equal([$"POST {Revocation} token=a1&token_type_hint=access_token&client_id=cli"], _server.Requests);
    }

    [Fact]
    public async Task An_access_token_that_has_expired_needs_no_revocation()
    {
        await Store(expired: true);
        _server.Answers(Revocation, "");

        Assert.True(await SignOut());

        Assert.Single(_server.Requests);
    }

    [Fact]
    public async Task A_token_that_is_dead_already_as_Google_says_it_is_signed_out_of()
    {
        await Store();
        _server.Answers(Revocation, """{"error":"invalid_token"}""", 400).Answers(Revocation, """{"error":"invalid_token"}""", 400);

        Assert.True(await SignOut());

        Assert.Empty(_warnings);
        Assert.False(_file.Exists);
    }

    [Fact]
    public async Task A_server_that_revokes_refresh_tokens_alone_is_enough()
    {
        await Store();
        _server.Answers(Revocation, "").Answers(Revocation, """{"error":"unsupported_token_type"}""", 400);

        Assert.True(await SignOut());

        Assert.Empty(_warnings);
        Assert.False(_file.Exists);
    }

    [Fact]
    public async Task A_server_that_keeps_the_access_token_alive_is_told_of()
    {
        await Store();
        _server.Answers(Revocation, "").Answers(Revocation, Refused, 400).Answers(UserInfoAddress, "{}");

        Assert.True(await SignOut());

        Assert.Contains("did not revoke its access token", Assert.Single(_warnings), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(401)]
    [InlineData(503)]
    public async Task A_second_refusal_is_no_warning_where_the_token_is_not_taken_any_more(int status)
    {
        await Store();
        _server.Answers(Revocation, "").Answers(Revocation, Refused, 400).Answers(UserInfoAddress, "", status);

        Assert.True(await SignOut());

        Assert.Empty(_warnings);
        Assert.False(_file.Exists);
    }

    [Theory]
    [InlineData(false, "r1", UserInfoAddress, "", 401)]
    [InlineData(true, "r1", TokenAddress, """{"error":"invalid_grant"}""", 400)]
    [InlineData(true, null, UserInfoAddress, """{"error":"invalid_token"}""", 403)]
    public async Task A_session_that_proves_to_be_over_is_signed_out_of(bool expired, string? refreshToken, string asked, string answer, int status)
    {
        await Store(refreshToken, expired);
        _server.Answers(Revocation, Refused, 400).Answers(asked, answer, status);

        Assert.True(await SignOut());

        Assert.Equal(2, _server.Requests.Count);
        Assert.Empty(_warnings);
        Assert.False(_file.Exists);
    }

    [Fact]
    public async Task A_session_that_can_still_be_refreshed_is_kept_with_its_new_tokens()
    {
        await Store(expired: true);
        _server.Answers(Revocation, Refused, 400)
            .Answers(TokenAddress, """{"access_token":"a2","token_type":"Bearer","refresh_token":"r2","expires_in":3600}""");

        var failure = await Assert.ThrowsAsync<AuthException>(SignOut);

        Assert.Contains("you are still signed in", failure.Message, StringComparison.Ordinal);
        Assert.Equal("r2", _file.Read()!.RefreshToken);
    }

    [Theory]
    [InlineData(500)]
    [InlineData(503)]
    public async Task A_server_in_trouble_leaves_the_person_signed_in(int status)
    {
        await Store();
        _server.Answers(Revocation, "", status);

        var failure = await Assert.ThrowsAsync<ServiceUnreachableException>(SignOut);

        Assert.Contains("--local", failure.Hint, StringComparison.Ordinal);
        Assert.Equal("r1", _file.Read()!.RefreshToken);
    }

    [Fact]
    public async Task A_refusal_leaves_the_person_signed_in()
    {
        await Store();
        _server.Answers(Revocation, """{"error":"invalid_client"}""", 401).Answers(UserInfoAddress, "{}");

        await Assert.ThrowsAsync<AuthException>(SignOut);

        Assert.Equal("r1", _file.Read()!.RefreshToken);
    }

    [Fact]
    public async Task A_redirect_is_not_followed_with_a_token()
    {
        await Store();
        _server.Answers(Revocation, "", 307, response => response.Headers.Location = new Uri("https://evil.example/"));

        await Assert.ThrowsAsync<AuthException>(SignOut);

        Assert.Single(_server.Requests);
        Assert.True(_file.Exists);
    }

    [Fact]
    public async Task Without_a_revocation_endpoint_it_deletes_and_warns()
    {
        await Store(endpoint: null);

        Assert.True(await SignOut());

        Assert.Contains("no revocation endpoint", Assert.Single(_warnings), StringComparison.Ordinal);
        Assert.False(_file.Exists);
    }

    [Fact]
    public async Task With_nobody_signed_in_there_is_nothing_to_do()
    {
        Assert.False(await SignOut());

        Assert.Empty(Directory.GetFileSystemEntries(_home.Path));
    }
}
