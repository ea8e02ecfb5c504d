using Datagen.Auth;
using Datagen.Protocol;
using Datagen.Sessions;
using Datagen.Storage;
using Unit.World;

namespace Unit;

public sealed class SessionTests : IDisposable
{
    private const string TokenAddress = "https://id.example/token";
    private const string UserInfoAddress = "https://id.example/userinfo";
    private const string Refresh = "POST https://id.example/token grant_type=refresh_token&refresh_token=r1&client_id=cli";
    private const string NewTokens = """{"access_token":"a2","token_type":"bearer","expires_in":3600,"refresh_token":"r2"}""";

    private readonly TemporaryFolder _home = new();
    private readonly ManualClock _clock = new();
    private readonly ScriptedServer _server = new();
    private readonly List<string> _warnings = [];
    private readonly CredentialsFile _file;

    public SessionTests() => _file = new CredentialsFile(_home.Path, _warnings.Add);

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _server.Dispose();
        _home.Dispose();
    }

    private Session Session(string? token = null, string? organization = null, Product? product = null)
    {
        var options = SessionOptions.From(product ?? Product.Datagen, _ => null) with
        {
            Folder = _home.Path,
            Token = token,
            Organization = organization,
            Issuer = "https://elsewhere.example",
        };
        return new Session(product ?? Product.Datagen, options, _server.Client, _clock, _warnings.Add);
    }

    private Credential Stored(TimeSpan? left, string? refreshToken = "r1") => new()
    {
        AccessToken = "a1",
        TokenType = "Bearer",
        Email = "you@yourcompany.com",
        ActiveOrgSlug = "yourcompany",
        StoredAt = _clock.GetUtcNow(),
        ExpiresAt = left is { } time ? _clock.GetUtcNow() + time : null,
        RefreshToken = refreshToken,
        Issuer = "https://id.example",
        ClientId = "cli",
        Endpoints = new Endpoints { TokenEndpoint = TokenAddress, UserinfoEndpoint = UserInfoAddress },
    };

    private async Task Store(Credential credential)
    {
        using var held = await _file.LockAsync(TimeProvider.System, null, Ct);
        held!.Write(credential);
    }

    private Task StoreWith(TimeSpan? left, string? refreshToken = "r1") => Store(Stored(left, refreshToken));

    private async Task<string> Token(TimeSpan minimum = default, bool refresh = false) =>
        (await Session().GetAccessTokenAsync(minimum, refresh, Ct)).Value;

    private static TimeSpan Minutes(double minutes) => TimeSpan.FromMinutes(minutes);

    [Fact]
    public async Task A_fresh_token_costs_no_request()
    {
        await StoreWith(Minutes(5.1));

        Assert.Equal("a1", await Token());
        Assert.Empty(_server.Requests);
    }

    [Fact]
    public async Task A_token_that_names_no_expiry_is_fresh()
    {
        await StoreWith(null);

        Assert.Equal("a1", await Token());
        Assert.Empty(_server.Requests);
    }

    [Theory]
    [InlineData(5)]
    [InlineData(0)]
    [InlineData(-100_000_000)]
    public async Task A_token_within_five_minutes_of_expiry_or_past_it_is_refreshed_where_it_came_from(double minutes)
    {
        await StoreWith(Minutes(minutes));
        _server.Answers(TokenAddress, NewTokens);

        Assert.Equal("a2", await Token());

        Assert.Equal([Refresh], _server.Requests);
        var stored = _file.Read()!;
        Assert.Equal(("a2", "r2", "you@yourcompany.com"), (stored.AccessToken, stored.RefreshToken, stored.Email));
        Assert.Equal(_clock.GetUtcNow().AddHours(1), stored.ExpiresAt);
    }

    [Fact]
    public async Task A_server_that_does_not_rotate_leaves_the_refresh_token()
    {
        await StoreWith(Minutes(1));
        _server.Answers(TokenAddress, """{"access_token":"a2","token_type":"Bearer"}""");

        await Token();

        var stored = _file.Read()!;
        Assert.Equal("r1", stored.RefreshToken);
    }

    [Theory]
    [InlineData("0")]
    [InlineData("-5")]
    [InlineData("1e400")]
    [InlineData("1000000000000")]
    public async Task Absurd_lifetimes_neither_crash_nor_loop(string lifetime)
    {
        await StoreWith(Minutes(1));
        _server.Answers(TokenAddress, $$"""{"access_token":"a2","token_type":"Bearer","expires_in":{{lifetime}}}""");

        Assert.Equal("a2", await Token());
        Assert.Single(_server.Requests);
        Assert.Equal("a2", _file.Read()!.AccessToken);
    }

    [Fact]
    public async Task Asked_for_more_validity_it_refreshes_once_and_warns_if_the_server_gives_less()
    {
        await StoreWith(Minutes(30));
        _server.Answers(TokenAddress, NewTokens);

        Assert.Equal("a2", await Token(minimum: Minutes(90)));

        Assert.Equal([Refresh], _server.Requests);
        Assert.Contains("less than the 5400 seconds", Assert.Single(_warnings), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Asked_to_refresh_it_does_so_however_fresh_the_token_is()
    {
        await StoreWith(Minutes(50));
        _server.Answers(TokenAddress, NewTokens);

        Assert.Equal("a2", await Token(refresh: true));
    }

    [Fact]
    public async Task Without_a_refresh_token_a_valid_one_is_used_to_its_end()
    {
        await StoreWith(Minutes(1), refreshToken: null);

        Assert.Equal("a1", await Token());
        await Assert.ThrowsAsync<NotSignedInException>(() => Token(refresh: true));
    }

    [Fact]
    public async Task Past_its_time_without_a_refresh_token_UserInfo_decides()
    {
        await StoreWith(Minutes(-1), refreshToken: null);
        _server.Answers(UserInfoAddress, "{}").Answers(UserInfoAddress, "", 401);

        Assert.Equal("a1", await Token());
        var ended = await Assert.ThrowsAsync<NotSignedInException>(() => Token());

        Assert.Equal("your session has expired or was revoked", ended.Message);
        Assert.Empty(_warnings);
    }

    [Fact]
    public async Task Having_no_refresh_token_is_told_as_that()
    {
        await StoreWith(Minutes(10), refreshToken: null);

        Assert.Equal("there is no refresh token", (await Assert.ThrowsAsync<NotSignedInException>(() => Token(refresh: true))).Message);
        Assert.Empty(_server.Requests);
    }

    [Fact]
    public async Task A_server_out_of_reach_does_not_matter_while_the_token_is_valid()
    {
        await StoreWith(Minutes(1));
        _server.Drops(TokenAddress).Answers(TokenAddress, "", 503).Answers(TokenAddress, "", 429);

        Assert.Equal(["a1", "a1", "a1"], [await Token(), await Token(), await Token()]);
    }

    [Fact]
    public async Task A_server_out_of_reach_is_told_once_the_token_is_not_or_a_refresh_was_asked_for()
    {
        await StoreWith(Minutes(1));
        _server.Drops(TokenAddress).Drops(TokenAddress);

        await Assert.ThrowsAsync<ServiceUnreachableException>(() => Token(refresh: true));
        _clock.Advance(Minutes(1));
        await Assert.ThrowsAsync<ServiceUnreachableException>(() => Token());
        Assert.Equal("r1", _file.Read()!.RefreshToken);
    }

    [Fact]
    public async Task Invalid_grant_ends_the_session_and_the_file_stays()
    {
        await StoreWith(Minutes(-1));
        _server.Answers(TokenAddress, """{"error":"invalid_grant"}""", 400);

        var ended = await Assert.ThrowsAsync<NotSignedInException>(() => Token());

        Assert.False(ended.NoCredential);
        Assert.Equal("run datagen auth login", ended.Hint);
        Assert.Equal("a1", _file.Read()!.AccessToken);
    }

    [Fact]
    public async Task After_invalid_grant_it_adopts_what_another_process_stored()
    {
        await StoreWith(Minutes(-1));
        _server.Does(TokenAddress, () =>
        {
            // Another process without our lock, as on a machine that shares the home folder.
            File.WriteAllBytes(_file.Path, (Stored(Minutes(60)) with { AccessToken = "a9", RefreshToken = "r9" }).ToUtf8());
            return new HttpResponseMessage(System.Net.HttpStatusCode.BadRequest) { Content = new StringContent("""{"error":"invalid_grant"}""") };
        });

        Assert.Equal("a9", await Token());
    }

    [Fact]
    public async Task Any_other_error_is_told_and_ends_nothing()
    {
        await StoreWith(Minutes(1));
        _server.Answers(TokenAddress, """{"error":"invalid_client"}""", 401);

        var failure = await Assert.ThrowsAsync<AuthException>(() => Token());

        Assert.Contains("invalid_client", failure.Message, StringComparison.Ordinal);
        Assert.Equal("r1", _file.Read()!.RefreshToken);
    }

    [Fact]
    public async Task Whoever_waited_for_the_lock_uses_what_its_holder_stored()
    {
        await StoreWith(Minutes(-1));
        var held = (await _file.LockAsync(TimeProvider.System, null, Ct))!;
        _clock.OnWait = () =>
        {
            held.Write(Stored(Minutes(2)) with { AccessToken = "a3", RefreshToken = "r3" });
            _clock.OnWait = null;
        };

        Assert.Equal("a3", await Token());

        Assert.Empty(_server.Requests);
        held.Dispose();
    }

    [Fact]
    public async Task Nothing_is_refreshed_without_the_lock()
    {
        await StoreWith(Minutes(10));
        using var held = await _file.LockAsync(TimeProvider.System, null, Ct);
        _clock.Advance(Minutes(6));

        Assert.Equal("a1", await Token());
        _clock.Advance(Minutes(6));
        await Assert.ThrowsAsync<CredentialsFileException>(() => Token());

        Assert.Empty(_server.Requests);
    }

    [Fact]
    public async Task A_401_is_followed_by_one_refresh_and_one_more_try()
    {
        await StoreWith(Minutes(50));
        _server.Answers(UserInfoAddress, "", 401).Answers(TokenAddress, NewTokens)
            .Answers(UserInfoAddress, """{"email":"you@yourcompany.com","memberships":[{"slug":"yourcompany","role":"admin"}]}""");

        var identity = await Session().GetIdentityAsync(Ct);

        Assert.Equal("admin", identity.Role);
        Assert.Equal([$"GET {UserInfoAddress}", Refresh, $"GET {UserInfoAddress}"], _server.Requests);
        Assert.Equal(
            ["Authorization: Bearer a1; X-Datagen-Org: yourcompany", "", "Authorization: Bearer a2; X-Datagen-Org: yourcompany"],
            _server.Headers);
    }

    [Fact]
    public async Task A_401_to_the_new_token_as_well_is_the_end()
    {
        await StoreWith(Minutes(50));
        _server.Answers(UserInfoAddress, "", 401).Answers(TokenAddress, NewTokens).Answers(UserInfoAddress, "", 401);

        await Assert.ThrowsAsync<NotSignedInException>(() => Session().GetIdentityAsync(Ct));

        Assert.Equal(3, _server.Requests.Count);
    }

    [Fact]
    public async Task A_403_for_the_organization_is_asked_again_without_it()
    {
        await StoreWith(Minutes(50));
        _server.Answers(UserInfoAddress, "", 403)
            .Answers(UserInfoAddress, """{"email":"you@yourcompany.com","memberships":[{"slug":"test-org","role":"member"}]}""");

        var identity = await Session().GetIdentityAsync(Ct);

        Assert.Null(identity.Role);
        Assert.Equal(["Authorization: Bearer a1; X-Datagen-Org: yourcompany", "Authorization: Bearer a1"], _server.Headers);
        Assert.Contains("no longer a member of yourcompany", Assert.Single(_warnings), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("nowhere")]
    [InlineData("a\r\nX-Evil: 1")]
    [InlineData("øst")]
    public async Task An_organization_that_is_no_membership_is_refused(string organization)
    {
        await StoreWith(Minutes(50));
        _server.Answers(UserInfoAddress, """{"email":"e","memberships":[{"slug":"yourcompany","role":"admin"}]}""");

        await Assert.ThrowsAsync<AuthException>(() => Session(organization: organization).GetIdentityAsync(Ct));

        Assert.DoesNotContain("Evil", _server.Headers.Single(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_switch_keeps_what_a_refresh_stored_meanwhile()
    {
        await StoreWith(Minutes(50));
        _server.Does(UserInfoAddress, () =>
        {
            File.WriteAllBytes(_file.Path, (Stored(Minutes(60)) with { AccessToken = "a9", RefreshToken = "r9" }).ToUtf8());
            return new HttpResponseMessage
            {
                Content = new StringContent("""{"email":"you@yourcompany.com","memberships":[{"slug":"test-org","role":"member"}]}"""),
            };
        });

        await Session().UseOrganizationAsync("test-org", Ct);

        var stored = _file.Read()!;
        Assert.Equal(("a9", "r9", "test-org"), (stored.AccessToken, stored.RefreshToken, stored.ActiveOrgSlug));
    }

    [Fact]
    public async Task A_switch_while_somebody_else_signs_in_changes_nothing()
    {
        await StoreWith(Minutes(50));
        _server.Does(UserInfoAddress, () =>
        {
            File.WriteAllBytes(_file.Path, (Stored(Minutes(60)) with { Email = "other@yourcompany.com" }).ToUtf8());
            return new HttpResponseMessage { Content = new StringContent("""{"memberships":[{"slug":"test-org"}]}""") };
        });

        await Assert.ThrowsAsync<AuthException>(() => Session().UseOrganizationAsync("test-org", Ct));

        Assert.Equal("yourcompany", _file.Read()!.ActiveOrgSlug);
    }

    [Fact]
    public async Task A_token_from_the_environment_touches_no_file_and_no_server()
    {
        await StoreWith(Minutes(-1));
        var session = Session(token: "given");

        Assert.Equal("given", (await session.GetAccessTokenAsync(cancellation: Ct)).Value);
        await Assert.ThrowsAsync<AuthException>(() => session.SignInAsync(new SignInPrompts(), cancellation: Ct));
        await Assert.ThrowsAsync<AuthException>(() => session.UseOrganizationAsync("test-org", Ct));
        await Assert.ThrowsAsync<AuthException>(() => session.SignOutAsync(cancellation: Ct));
        await Assert.ThrowsAsync<NotSignedInException>(() => session.GetAccessTokenAsync(refresh: true, cancellation: Ct));
        Assert.Empty(_server.Requests);
    }

    [Fact]
    public async Task A_credential_without_endpoints_asks_its_own_issuer_whatever_the_environment_says()
    {
        await Store(Stored(Minutes(50)) with { Endpoints = null });
        _server.Answers(
                "https://id.example/.well-known/openid-configuration",
                $$"""{"issuer":"https://id.example","userinfo_endpoint":"{{UserInfoAddress}}"}""")
            .Answers(UserInfoAddress, """{"email":"e","memberships":[{"slug":"yourcompany","role":"admin"}]}""");

        Assert.Equal("admin", (await Session().GetIdentityAsync(Ct)).Role);
    }

    [Fact]
    public async Task A_credential_of_unknown_origin_is_sent_nowhere()
    {
        await Store(Stored(Minutes(50)) with { Endpoints = null, Issuer = null });

        await Assert.ThrowsAsync<AuthException>(() => Session().GetIdentityAsync(Ct));

        Assert.Empty(_server.Requests);
    }

    [Fact]
    public async Task A_product_whose_ID_token_tells_who_it_is_asks_nobody_while_the_token_is_fresh()
    {
        await Store(Stored(Minutes(50)) with { Groups = ["authors"] });

        var identity = await Session(product: Product.GenLabZ).GetIdentityAsync(Ct);

        Assert.Equal(["authors"], identity.Groups);
        Assert.Empty(_server.Requests);
    }

    [Fact]
    public async Task Without_a_home_there_is_no_place_for_a_credential()
    {
        var options = SessionOptions.From(Product.Datagen, _ => null);
        var session = new Session(Product.Datagen, options, _server.Client, _clock, _warnings.Add);

        var problem = await Assert.ThrowsAsync<CredentialsFileException>(() => session.GetAccessTokenAsync(cancellation: Ct));

        Assert.Equal(CredentialsFileProblem.Unwritable, problem.Problem);
    }
}
