using System.Text;
using Datagen.Auth;
using Datagen.Console;
using Datagen.Protocol;
using Datagen.Sessions;
using Datagen.Storage;
using Unit.World;

namespace Unit;

public sealed class SignInTests : IDisposable
{
    private const string Issuer = "https://id.example";
    private const string Metadata = "https://id.example/.well-known/openid-configuration";
    private const string TokenAddress = "https://id.example/token";
    private const string KeysAddress = "https://id.example/jwks";
    private const string UserInfoAddress = "https://id.example/userinfo";
    private const string DeviceAddress = "https://id.example/device_authorization";

    private readonly TemporaryFolder _home = new();
    private readonly StillClock _clock = new();
    private readonly ScriptedServer _server = new();
    private readonly List<string> _notes = [];
    private readonly CredentialsFile _file;
    private Task<string> _page = Task.FromResult("");
    private string _nonce = "";

    public SignInTests() => _file = new CredentialsFile(_home["config"], _ => { });

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _server.Dispose();
        _home.Dispose();
    }

    private SignInTests Discovers(string more = "")
    {
        _server.Answers(Metadata, $$"""
            {"issuer":"{{Issuer}}","authorization_endpoint":"https://id.example/authorize","token_endpoint":"{{TokenAddress}}",
            "userinfo_endpoint":"{{UserInfoAddress}}","jwks_uri":"{{KeysAddress}}"{{more}}}
            """);
        return this;
    }

    /// <summary>The token endpoint's answer, with an ID token that fits unless it is changed.</summary>
    private SignInTests Gives(string claims = "", SigningKey? signedWith = null, string tokens = "\"refresh_token\":\"r1\",\"expires_in\":3600")
    {
        _server.Does(TokenAddress, () =>
        {
            var idToken = (signedWith ?? SigningKey.Rsa).Token(
                $$"""{"iss":"{{Issuer}}","sub":"u1","aud":"genlabz-cli","exp":{{StillClock.Start.AddHours(1).ToUnixTimeSeconds()}},"nonce":"{{_nonce}}","email":"you@example.com"{{claims}}}""");
            return ScriptedServer.Answer($$"""{"access_token":"a1","token_type":"Bearer","id_token":"{{idToken}}",{{tokens}}}""");
        });
        _server.Answers(KeysAddress, $$"""{"keys":[{{SigningKey.Rsa.Jwk()}}]}""");
        return this;
    }

    /// <summary>The person's browser: goes to the address, and comes back with a code.</summary>
    private void Browse(Uri address)
    {
        var query = address.Query.TrimStart('?').Split('&').Select(pair => pair.Split('=')).ToDictionary(pair => pair[0], pair => Uri.UnescapeDataString(pair[1]));
        _nonce = query["nonce"];
        _page = Visitor.Get(new Uri($"{query["redirect_uri"]}?code=c1&state={query["state"]}"));
    }

    private Task<Identity> SignIn(
        Product? product = null, SignInFlow? flow = SignInFlow.Browser, SignInPrompts? prompts = null, CancellationToken? cancellation = null)
    {
        var options = SessionOptions.From(product ?? Product.GenLabZ, _ => null) with
        {
            Folder = _home["config"],
            Issuer = Issuer,
            ClientId = "genlabz-cli",
            Scope = "openid email",
        };
        return new Session(product ?? Product.GenLabZ, options, _server.Client, _clock, _ => { })
            .SignInAsync(prompts ?? new SignInPrompts { ShowAddress = Browse, Note = _notes.Add }, flow, cancellation: cancellation ?? Ct)
            .WaitAsync(TimeSpan.FromSeconds(20), Ct);
    }

    private async Task<byte[]> StoreOldCredential()
    {
        Directory.CreateDirectory(_home["config"]);
        var old = Encoding.UTF8.GetBytes("{ \"access_token\" : \"old\",\n\"later_key\":{\"a\":[1]} }");
        await File.WriteAllBytesAsync(_file.Path, old, Ct);
        File.SetUnixFileMode(_file.Path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        return old;
    }

    private async Task Untouched(byte[] old)
    {
        Assert.Equal(old, await File.ReadAllBytesAsync(_file.Path, Ct));
        Assert.Equal(["credentials.json", "credentials.lock"], Directory.GetFiles(_home["config"]).Select(Path.GetFileName).Order());
    }

    [Fact]
    public async Task GenLabZ_stores_what_the_ID_token_tells()
    {
        Discovers().Gives(",\"groups\":[\"authors\",\"admins\"]");

        var identity = await SignIn();

        Assert.Equal("you@example.com", identity.Email);
        Assert.Equal(["authors", "admins"], identity.Groups);
        Assert.Equal(_clock.GetUtcNow().AddHours(1), identity.ExpiresAt);
        var stored = _file.Read()!;
        Assert.Equal(
            ("a1", "Bearer", "r1", "you@example.com", Issuer, "genlabz-cli", TokenAddress),
            (stored.AccessToken, stored.TokenType, stored.RefreshToken, stored.Email, stored.Issuer, stored.ClientId, stored.Endpoints?.TokenEndpoint));
        Assert.Equal(["authors", "admins"], stored.Groups!);
        Assert.Null(stored.ActiveOrgSlug);
        Assert.NotNull(stored.IdToken);
        Assert.Contains("<h1>Signed in to GenLabZ</h1>", await _page, StringComparison.Ordinal);
        Assert.DoesNotContain(_server.Requests, request => request.Contains("userinfo", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(",\"cognito:groups\":[\"authors\"]", "authors")]
    [InlineData(",\"groups\":[\"a\"],\"cognito:groups\":[\"b\"]", "a")]
    [InlineData(",\"groups\":[],\"cognito:groups\":[\"b\"]", "")]
    [InlineData(",\"groups\":null", "")]
    [InlineData("", "")]
    public async Task Groups_are_groups_or_else_cognitos(string claims, string groups)
    {
        Discovers().Gives(claims);

        Assert.Equal(groups, string.Join(',', (await SignIn()).Groups));
        Assert.Equal(groups, string.Join(',', _file.Read()!.Groups!));
    }

    [Fact]
    public async Task A_server_without_ID_tokens_has_UserInfo_to_say_the_same()
    {
        Discovers();
        _server.Answers(TokenAddress, """{"access_token":"a1","token_type":"Bearer"}""")
            .Answers(UserInfoAddress, """{"email":"you@example.com","groups":["authors"]}""");

        Assert.Equal(["authors"], (await SignIn()).Groups);
        Assert.Null(_file.Read()!.ExpiresAt);
    }

    [Theory]
    [InlineData("u1", true)]
    [InlineData("u2", false)]
    public async Task An_ID_token_that_names_no_email_is_completed_by_UserInfo_about_the_same_person(string subject, bool completed)
    {
        Discovers().Gives(",\"email\":null,\"groups\":[\"authors\"]");
        _server.Answers(UserInfoAddress, $$"""{"sub":"{{subject}}","email":"info@example.com"}""");

        if (!completed)
        {
            await Assert.ThrowsAsync<AuthException>(() => SignIn());
            Assert.False(_file.Exists);
            return;
        }

        var identity = await SignIn();
        Assert.Equal("info@example.com", identity.Email);
        Assert.Equal(["authors"], identity.Groups);
    }

    [Theory]
    [InlineData(",\"nonce\":\"another\"", false, "it belongs to another sign-in")]
    [InlineData(",\"iss\":\"https://evil.example\"", false, "it is by https://evil.example")]
    [InlineData(",\"aud\":\"other\"", false, "it is for another client")]
    [InlineData(",\"exp\":1", false, "it has expired")]
    [InlineData("", true, "none of the server&#39;s keys has signed it")]
    public async Task A_bad_ID_token_leaves_the_old_credential_to_the_byte_and_the_browser_is_told(string claims, bool otherKey, string why)
    {
        var old = await StoreOldCredential();
        Discovers().Gives(claims, otherKey ? SigningKey.NewRsa(2048) : null);

        await Assert.ThrowsAsync<AuthException>(() => SignIn());

        await Untouched(old);
        var page = await _page;
        Assert.Contains("<h1>Not signed in to GenLabZ</h1>", page, StringComparison.Ordinal);
        Assert.Contains(why, page, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"access_token":"a1","token_type":"Bearer","id_token":"opaque"}""")]
    [InlineData("""{"access_token":"a1","token_type":"mac"}""")]
    [InlineData("""{"token_type":"Bearer"}""")]
    [InlineData("<html>")]
    public async Task Tokens_that_cannot_be_used_leave_the_old_credential_to_the_byte(string tokens)
    {
        var old = await StoreOldCredential();
        Discovers();
        _server.Answers(TokenAddress, tokens);

        await Assert.ThrowsAnyAsync<AuthException>(() => SignIn());

        await Untouched(old);
        Assert.Contains("<h1>Not signed in to GenLabZ</h1>", await _page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_lifetime_that_is_no_number_is_no_defect_of_ours()
    {
        Discovers().Gives(tokens: "\"expires_in\":\"NaN\"");

        if (await Record.ExceptionAsync(() => SignIn()) is { } problem) Assert.IsType<AuthException>(problem);

        Assert.Contains("ned in to GenLabZ</h1>", await _page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_empty_ID_token_is_none()
    {
        Discovers();
        _server.Answers(TokenAddress, """{"access_token":"a1","token_type":"Bearer","id_token":"","refresh_token":""}""")
            .Answers(UserInfoAddress, """{"email":"you@example.com"}""");

        Assert.Equal("you@example.com", (await SignIn()).Email);
        Assert.Null(_file.Read()!.RefreshToken);
    }

    [Fact]
    public async Task Who_signs_in_again_keeps_what_a_later_version_stored()
    {
        await StoreOldCredential();
        Discovers().Gives();

        await SignIn();

        Assert.Equal("a1", _file.Read()!.AccessToken);
        Assert.Equal("""{"a":[1]}""", _file.Read()!.Others!["later_key"].GetRawText().Replace("\n", "", StringComparison.Ordinal).Replace(" ", "", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_damaged_file_is_mended_by_signing_in()
    {
        Directory.CreateDirectory(_home["config"]);
        await File.WriteAllTextAsync(_file.Path, "{ half", Ct);
        Discovers().Gives();

        await SignIn();

        Assert.Equal("a1", _file.Read()!.AccessToken);
    }

    [Fact]
    public async Task What_the_environment_hides_behind_a_file_is_found_out_before_anybody_is_asked()
    {
        Directory.CreateDirectory(Path.Combine(_file.Path, "in the way"));

        await Assert.ThrowsAsync<CredentialsFileException>(() => SignIn());

        Assert.Empty(_server.Requests);
    }

    [Fact]
    public async Task A_sign_in_that_is_called_off_leaves_the_old_credential_to_the_byte()
    {
        var old = await StoreOldCredential();
        using var source = new CancellationTokenSource();
        Discovers();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() =>
            SignIn(prompts: new SignInPrompts { ShowAddress = _ => source.Cancel() }, cancellation: source.Token));

        await Untouched(old);
    }

    [Fact]
    public async Task Datagen_checks_the_ID_token_and_asks_UserInfo_who_it_is()
    {
        Discovers().Gives();
        _server.Answers(UserInfoAddress, """{"sub":"u1","email":"you@yourcompany.com","memberships":[{"slug":"a"},{"slug":"b"}],"default_org_slug":"b"}""");

        var identity = await SignIn(Product.Datagen);

        Assert.Equal(("you@yourcompany.com", "b"), (identity.Email, identity.ActiveOrgSlug));
        Assert.Equal("b", _file.Read()!.ActiveOrgSlug);
    }

    // OpenID Connect Core section 5.3.2: with another subject, the values of UserInfo must not be used.
    [Fact]
    public async Task UserInfo_about_somebody_else_than_the_ID_token_is_refused()
    {
        var old = await StoreOldCredential();
        Discovers().Gives();
        _server.Answers(UserInfoAddress, """{"sub":"u2","email":"other@yourcompany.com"}""");

        await Assert.ThrowsAsync<AuthException>(() => SignIn(Product.Datagen));

        await Untouched(old);
    }

    [Fact]
    public async Task An_unusable_device_endpoint_leaves_the_browser_to_sign_in_with()
    {
        Discovers(",\"device_authorization_endpoint\":\"http://id.example/device\"").Gives();

        await SignIn(flow: null, prompts: new SignInPrompts
        {
            ShowAddress = Browse,
            ReadPasted = async stop =>
            {
                await Task.Delay(Timeout.InfiniteTimeSpan, stop);
                return null;
            },
        });

        Assert.Equal("a1", _file.Read()!.AccessToken);
    }

    [Fact]
    public async Task Where_a_person_can_paste_the_device_flow_runs_beside_the_browser_and_ends_with_it()
    {
        Discovers($",\"device_authorization_endpoint\":\"{DeviceAddress}\"").Gives();
        _server.Answers(DeviceAddress, """{"device_code":"dc","user_code":"QXTR-9PLN","verification_uri":"https://id.example/device"}""");
        Uri? address = null;
        var shown = new List<string>();
        var stopped = false;

        await SignIn(flow: null, prompts: new SignInPrompts
        {
            ShowAddress = uri => address = uri,
            ShowUserCode = prompt =>
            {
                shown.Add(prompt.UserCode);
                Browse(address!);
            },
            ReadPasted = async stop =>
            {
                await using var registered = stop.Register(() => stopped = true);
                await Task.Delay(Timeout.InfiniteTimeSpan, stop);
                return null;
            },
        });

        Assert.Equal(["QXTR-9PLN"], shown);
        Assert.True(stopped);
        Assert.DoesNotContain(_server.Requests, request => request.Contains("device_code=", StringComparison.Ordinal));
        Assert.Equal("a1", _file.Read()!.AccessToken);
    }

    [Fact]
    public async Task Asked_for_the_browser_alone_no_user_code_is_fetched()
    {
        Discovers($",\"device_authorization_endpoint\":\"{DeviceAddress}\"").Gives();

        await SignIn(flow: SignInFlow.Browser);

        Assert.DoesNotContain(_server.Requests, request => request.Contains(DeviceAddress, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("", "authorization_endpoint")]
    [InlineData("\"authorization_endpoint\":\"http://id.example/authorize\",", "is not an https address")]
    [InlineData("\"authorization_endpoint\":\"file:///etc/passwd\",", "is not an https address")]
    public async Task An_authorization_endpoint_that_is_no_web_address_is_never_shown(string endpoint, string why)
    {
        _server.Answers(Metadata, $$"""{"issuer":"{{Issuer}}",{{endpoint}}"token_endpoint":"{{TokenAddress}}"}""");
        var shown = false;

        var failure = await Assert.ThrowsAsync<AuthException>(() => SignIn(prompts: new SignInPrompts { ShowAddress = _ => shown = true }));

        Assert.Contains(why, failure.Message, StringComparison.Ordinal);
        Assert.False(shown);
    }

    [Fact]
    public async Task A_token_endpoint_elsewhere_over_http_gets_no_code()
    {
        _server.Answers(Metadata, $$"""{"issuer":"{{Issuer}}","authorization_endpoint":"https://id.example/a","token_endpoint":"http://id.example/token"}""");

        await Assert.ThrowsAsync<AuthException>(() => SignIn());

        Assert.Single(_server.Requests);
    }

    [Theory]
    [InlineData("https://id.example ")]
    [InlineData(" https://id.example")]
    [InlineData("https://id.example\t")]
    public async Task An_issuer_with_a_blank_around_it_is_no_defect_of_ours(string issuer)
    {
        Discovers();
        var options = SessionOptions.From(Product.GenLabZ, name => name == "GENLABZ_ISSUER" ? issuer : null) with { Folder = _home["config"] };
        using var source = new CancellationTokenSource();

        var problem = await Record.ExceptionAsync(() => new Session(Product.GenLabZ, options, _server.Client, _clock, _ => { })
            .SignInAsync(new SignInPrompts { ShowAddress = _ => source.Cancel() }, cancellation: source.Token));

        Assert.True(problem is AuthException or OperationCanceledException, $"{problem}");
    }

    private const string RevocationAddress = "https://id.example/revoke";

    private async Task<AuthException> RefusedBeforeAnyoneIsAsked(Product product, SignInFlow? flow, string metadata)
    {
        var asked = false;
        _server.Answers(Metadata, $$"""{"issuer":"{{Issuer}}","token_endpoint":"{{TokenAddress}}"{{metadata}}}""");
        var failure = await Assert.ThrowsAsync<AuthException>(() => SignIn(
            product, flow, new SignInPrompts { ShowAddress = _ => asked = true, ShowUserCode = _ => asked = true }));
        Assert.False(asked);
        Assert.Equal([$"GET {Metadata}"], _server.Requests);
        return failure;
    }

    [Theory]
    [InlineData(SignInFlow.Device, ",\"authorization_endpoint\":\"https://id.example/a\"", "run genlabz auth login --flow browser")]
    [InlineData(SignInFlow.Browser, ",\"device_authorization_endpoint\":\"https://id.example/d\"", "run genlabz auth login --flow device")]
    [InlineData(SignInFlow.Device, "", null)]
    [InlineData(SignInFlow.Browser, "", null)]
    public async Task A_missing_endpoint_is_told_before_anyone_is_asked_with_the_other_way(SignInFlow flow, string metadata, string? hint) =>
        Assert.Equal(hint, (await RefusedBeforeAnyoneIsAsked(Product.GenLabZ, flow, metadata)).Hint);

    [Fact]
    public async Task A_missing_UserInfo_is_told_before_anyone_is_asked_where_it_is_needed() =>
        Assert.Contains(
            "userinfo_endpoint",
            (await RefusedBeforeAnyoneIsAsked(Product.Datagen, SignInFlow.Device, ",\"device_authorization_endpoint\":\"https://id.example/d\"")).Message,
            StringComparison.Ordinal);

    [Fact]
    public async Task Signatures_that_prove_nothing_are_told_before_anyone_is_asked() =>
        Assert.Contains(
            "HS256, none",
            (await RefusedBeforeAnyoneIsAsked(
                Product.GenLabZ, SignInFlow.Browser,
                ",\"authorization_endpoint\":\"https://id.example/a\",\"id_token_signing_alg_values_supported\":[\"HS256\",\"none\"]")).Message,
            StringComparison.Ordinal);

    [Theory]
    [InlineData(",\"iss\":\"https://evil.example\"", "\"refresh_token\":\"r1\"", "refresh_token", "r1")]
    [InlineData(",\"iss\":\"https://evil.example\"", "\"expires_in\":60", "access_token", "a1")]
    [InlineData("", "\"refresh_token\":\"r1\",\"token_type\":\"mac\"", "refresh_token", "r1")]
    public async Task Tokens_that_can_not_be_used_are_revoked_before_the_error_is_told(string claims, string tokens, string kind, string token)
    {
        Discovers($",\"revocation_endpoint\":\"{RevocationAddress}\"").Gives(claims, tokens: tokens);
        _server.Answers(RevocationAddress, "").Answers(RevocationAddress, "");

        await Assert.ThrowsAnyAsync<AuthException>(() => SignIn());

        Assert.Contains($"POST {RevocationAddress} token={token}&token_type_hint={kind}&client_id=genlabz-cli", _server.Requests);
        Assert.False(_file.Exists);
    }

    [Fact]
    public async Task A_revocation_that_fails_leaves_the_error_as_it_is()
    {
        Discovers($",\"revocation_endpoint\":\"{RevocationAddress}\"").Gives(",\"iss\":\"https://evil.example\"");
        _server.Drops(RevocationAddress);

        Assert.Contains("evil.example", (await Assert.ThrowsAsync<AuthException>(() => SignIn())).Message, StringComparison.Ordinal);
    }
}
