using Datagen.Auth;
using Datagen.Protocol;
using Datagen.Storage;
using Unit.World;

namespace Unit;

/// <summary>A refresh token works once: whatever happens after it was spent, its successor must be kept.</summary>
public sealed class RefreshTests : IDisposable
{
    private const string TokenAddress = "https://id.example/token";
    private const string UserInfoAddress = "https://id.example/userinfo";
    private const string NewTokens = """{"access_token":"a2","token_type":"Bearer","expires_in":3600,"refresh_token":"r2"}""";

    private readonly TemporaryFolder _home = new();
    private readonly StillClock _clock = new();
    private readonly ScriptedServer _server = new();
    private readonly List<string> _warnings = [];
    private readonly CredentialsFile _file;

    public RefreshTests() => _file = new CredentialsFile(_home.Path, _warnings.Add);

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _server.Dispose();
        _home.Dispose();
    }

    private Session Session(Product? product = null)
    {
        var options = SessionOptions.From(product ?? Product.Datagen, _ => null) with { Folder = _home.Path };
        return new Session(product ?? Product.Datagen, options, _server.Client, _clock, _warnings.Add);
    }

    private Credential Stored(double minutesLeft) => new()
    {
        AccessToken = "a1",
        TokenType = "Bearer",
        Email = "you@example.com",
        Groups = ["authors"],
        StoredAt = _clock.GetUtcNow(),
        ExpiresAt = _clock.GetUtcNow().AddMinutes(minutesLeft),
        RefreshToken = "r1",
        IdToken = IdToken(),
        Issuer = "https://id.example",
        ClientId = "genlabz-cli",
        Endpoints = new Endpoints { TokenEndpoint = TokenAddress, UserinfoEndpoint = UserInfoAddress },
    };

    private static string IdToken(string subject = "\"user-1\"", string audience = "\"genlabz-cli\"", string expiry = "4070908800", string more = "") =>
        SigningKey.Rsa.Token($$"""{"iss":"https://id.example","sub":{{subject}},"aud":{{audience}},"exp":{{expiry}}{{more}}}""");

    private static string TokensWith(string idToken) =>
        $$"""{"access_token":"a2","token_type":"Bearer","expires_in":3600,"refresh_token":"r2","id_token":"{{idToken}}"}""";

    private async Task Store(Credential credential)
    {
        using var held = await _file.LockAsync(TimeProvider.System, null, Ct);
        held!.Write(credential);
    }

    [Fact]
    public async Task A_new_ID_token_updates_email_and_groups()
    {
        await Store(Stored(-1));
        var idToken = IdToken(more: ",\"email\":\"new@example.com\",\"cognito:groups\":[\"authors\",\"admins\"]");
        _server.Answers(TokenAddress, TokensWith(idToken));

        var identity = await Session(Product.GenLabZ).GetIdentityAsync(Ct);

        Assert.Equal("new@example.com", identity.Email);
        Assert.Equal(["authors", "admins"], identity.Groups);
        Assert.Equal((idToken, "new@example.com"), (_file.Read()!.IdToken, _file.Read()!.Email));
        Assert.Empty(_warnings);
    }

    [Fact]
    public async Task An_ID_token_about_somebody_else_changes_no_identity_but_the_new_tokens_are_kept()
    {
        var before = Stored(-1);
        await Store(before);
        _server.Answers(TokenAddress, TokensWith(IdToken(subject: "\"user-2\"", more: ",\"email\":\"evil@example.com\",\"groups\":[\"admins\"]")));

        var identity = await Session(Product.GenLabZ).GetIdentityAsync(Ct);

        Assert.Equal("you@example.com", identity.Email);
        Assert.Equal(["authors"], identity.Groups);
        var stored = _file.Read()!;
        Assert.Equal(("a2", "r2", before.IdToken), (stored.AccessToken, stored.RefreshToken, stored.IdToken));
        Assert.Contains("somebody else", Assert.Single(_warnings), StringComparison.Ordinal);
    }

    public static TheoryData<string> BadIdTokens =>
    [
        "",
        "opaque",
        IdToken(audience: "\"other\""),
        IdToken(audience: "\"\\ud800\""),
        IdToken(expiry: "0"),
        IdToken(expiry: "\"NaN\""),
        IdToken(subject: "null"),
        IdToken(more: ",\"groups\":\"authors\""),
    ];

    [Theory]
    [MemberData(nameof(BadIdTokens))]
    public async Task An_ID_token_that_cannot_be_believed_changes_no_identity_but_the_new_tokens_are_kept(string idToken)
    {
        await Store(Stored(-1));
        _server.Answers(TokenAddress, TokensWith(idToken));

        var identity = await Session(Product.GenLabZ).GetIdentityAsync(Ct);

        Assert.Equal("you@example.com", identity.Email);
        Assert.Equal(["authors"], identity.Groups);
        Assert.Equal(("a2", "r2"), (_file.Read()!.AccessToken, _file.Read()!.RefreshToken));
    }

    [Theory]
    [InlineData("\"NaN\"")]
    [InlineData("\"Infinity\"")]
    [InlineData("\"-Infinity\"")]
    public async Task A_lifetime_that_is_no_number_loses_no_refresh_token(string lifetime)
    {
        await Store(Stored(-1));
        _server.Answers(TokenAddress, $$"""{"access_token":"a2","token_type":"Bearer","expires_in":{{lifetime}},"refresh_token":"r2"}""");

        Assert.Equal("a2", (await Session().GetAccessTokenAsync(cancellation: Ct)).Value);

        Assert.Equal("r2", _file.Read()!.RefreshToken);
    }

    [Fact]
    public async Task An_empty_refresh_token_in_the_answer_is_none()
    {
        await Store(Stored(-1));
        _server.Answers(TokenAddress, """{"access_token":"a2","token_type":"Bearer","expires_in":3600,"refresh_token":""}""");

        await Session().GetAccessTokenAsync(cancellation: Ct);

        Assert.Equal("r1", _file.Read()!.RefreshToken);
    }

    [Theory]
    [InlineData("r 2")]
    [InlineData("r/2+=~.-_")]
    [InlineData("r\\u00e92")]
    public async Task Whatever_refresh_token_was_stored_can_be_read_again(string refreshToken)
    {
        await Store(Stored(-1));
        _server.Answers(TokenAddress, $$"""{"access_token":"a2","token_type":"Bearer","expires_in":3600,"refresh_token":"{{refreshToken}}"}""");

        await Record.ExceptionAsync(() => Session().GetAccessTokenAsync(cancellation: Ct));

        Assert.NotNull(_file.Read());
    }

    [Fact]
    public async Task Whoever_gives_up_while_the_server_answers_loses_no_refresh_token()
    {
        await Store(Stored(-1));
        using var impatient = new CancellationTokenSource();
        _server.Does(TokenAddress, async _ =>
        {
            // The request has arrived, so the old refresh token is spent; then the caller's patience ends, as with Ctrl-C or a time-out.
            await impatient.CancelAsync();
            return ScriptedServer.Answer(NewTokens);
        });

        await Record.ExceptionAsync(() => Session().GetAccessTokenAsync(cancellation: impatient.Token));

        Assert.Equal("r2", _file.Read()!.RefreshToken);
    }

    [Fact]
    public async Task No_refresh_token_is_spent_whose_successor_could_not_be_kept()
    {
        // Beside a file with so long a name there is no room for a temporary one; a read-only or full disk is alike.
        var elsewhere = _home[new string('x', 250)];
        await File.WriteAllBytesAsync(elsewhere, Stored(2).ToUtf8(), Ct);
        File.SetUnixFileMode(elsewhere, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        File.CreateSymbolicLink(_file.Path, elsewhere);
        _server.Answers(TokenAddress, NewTokens);

        Assert.Equal("a1", (await Session().GetAccessTokenAsync(cancellation: Ct)).Value);

        Assert.Empty(_server.Requests);
    }

    [Fact]
    public async Task A_token_that_another_sign_in_stored_is_not_sent_to_the_server_of_the_old_one()
    {
        await Store(Stored(50));
        _server.Does(UserInfoAddress, () =>
        {
            // Meanwhile the person signs in at another server.
            File.WriteAllBytes(_file.Path, (Stored(60) with
            {
                AccessToken = "a9",
                RefreshToken = "r9",
                Issuer = "https://other.example",
                Endpoints = new Endpoints { TokenEndpoint = "https://other.example/token", UserinfoEndpoint = "https://other.example/userinfo" },
            }).ToUtf8());
            return ScriptedServer.Answer("", 401);
        });
        _server.Answers(UserInfoAddress, """{"email":"e"}""").Answers("https://other.example/userinfo", """{"email":"e"}""");

        await Record.ExceptionAsync(() => Session().GetIdentityAsync(Ct));

        Assert.DoesNotContain(
            _server.Requests.Zip(_server.Headers),
            request => request.First.Contains("https://id.example/", StringComparison.Ordinal) && request.Second.Contains("a9", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_hundred_at_once_in_one_process_make_one_refresh()
    {
        await Store(Stored(-1));
        _server.Answers(TokenAddress, NewTokens);
        var session = new Session(
            Product.Datagen,
            SessionOptions.From(Product.Datagen, _ => null) with { Folder = _home.Path },
            _server.Client,
            new StartsAt(StillClock.Start),
            _ => { });

        var tokens = await Task.WhenAll(Enumerable.Range(0, 100).Select(_ => Task.Run(() => session.GetAccessTokenAsync(cancellation: Ct), Ct)));

        Assert.All(tokens, token => Assert.Equal("a2", token.Value));
        Assert.Single(_server.Requests);
    }

    /// <summary>Waits are real, as somebody else's lock is waited for; the date is not.</summary>
    private sealed class StartsAt(DateTimeOffset now) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => now;
    }
}
