using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using Datagen.Auth;
using Datagen.Sessions;

namespace Sdk;

public sealed class AuthorizationHandlerTests : IDisposable
{
    private const string Refresh = "POST /token grant_type=refresh_token&refresh_token=r1&client_id=cli";

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("datagen-sdk-");
    private readonly RecordingServer _tokens;
    private readonly List<IDisposable> _open = [];
    private Func<RecordedRequest, ScriptedAnswer> _refresh =
        _ => new ScriptedAnswer(200, """{"access_token":"a2","token_type":"Bearer","expires_in":3600,"refresh_token":"r2"}""");

    public AuthorizationHandlerTests() => _tokens = new RecordingServer(request => _refresh(request));

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private string CredentialsPath => Path.Combine(_folder.FullName, "credentials.json");

    public void Dispose()
    {
        _open.ForEach(one => one.Dispose());
        _tokens.Dispose();
        _folder.Delete(recursive: true);
    }

    private Session Session(double minutesLeft = 60, string? refreshToken = "r1", string? organization = null, bool signedIn = true)
    {
        if (signedIn)
        {
            File.WriteAllText(CredentialsPath, JsonSerializer.Serialize(new
            {
                access_token = "a1",
                active_org_slug = "yourcompany",
                stored_at = DateTimeOffset.UtcNow,
                expires_at = DateTimeOffset.UtcNow.AddMinutes(minutesLeft),
                refresh_token = refreshToken,
                issuer = _tokens.Address,
                client_id = "cli",
                endpoints = new { token_endpoint = $"{_tokens.Address}/token" },
            }));
            File.SetUnixFileMode(CredentialsPath, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }

        return Datagen.Auth.Session.Open(Product.Datagen, new SessionOptions
        {
            Issuer = _tokens.Address,
            ClientId = "cli",
            Scope = "openid",
            Folder = _folder.FullName,
            Organization = organization,
        });
    }

    private RecordingServer Api(Func<RecordedRequest, ScriptedAnswer> answer)
    {
        var server = new RecordingServer(answer);
        _open.Add(server);
        return server;
    }

    /// <summary>An API that takes nothing but this token.</summary>
    private RecordingServer ApiFor(string token) => Api(request => new ScriptedAnswer(request.Authorization == $"Bearer {token}" ? 200 : 401));

    private HttpClient Client(Session session, string api)
    {
        var client = new HttpClient(new AuthorizationHandler(session, new Uri(api)));
        _open.Add(client);
        return client;
    }

    private string StoredRefreshToken() =>
        JsonDocument.Parse(File.ReadAllBytes(CredentialsPath)).RootElement.GetProperty("refresh_token").GetString()!;

    [Fact]
    public async Task A_request_to_the_API_carries_the_token_and_the_organization()
    {
        var api = ApiFor("a1");
        var client = Client(Session(), api.Address);

        await client.GetStringAsync($"{api.Address}/things?q=1", Ct);

        Assert.Equal(["GET /things?q=1; Authorization: Bearer a1; X-Datagen-Org: yourcompany"], api.Lines);
        Assert.Empty(_tokens.Requests);
    }

    [Fact]
    public async Task The_path_of_the_API_address_does_not_count()
    {
        var api = ApiFor("a1");

        await Client(Session(), $"{api.Address}/v1/").GetStringAsync($"{api.Address}/v2/things", Ct);

        Assert.Single(api.Requests);
    }

    [Theory]
    [InlineData("http://localhost:{port}")]
    [InlineData("https://127.0.0.1:{port}")]
    [InlineData("http://127.0.0.1:1")]
    [InlineData("http://127.0.0.1")]
    [InlineData("https://api.datagen.example")]
    public async Task A_request_to_another_origin_passes_through_as_it_is(string ours)
    {
        var other = Api(_ => new ScriptedAnswer(401));
        var client = Client(Session(), ours.Replace("{port}", $"{other.Port}", StringComparison.Ordinal));

        using var response = await client.GetAsync($"{other.Address}/things", Ct);

        Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
        Assert.Equal(["GET /things"], other.Lines);
        Assert.Empty(_tokens.Requests);
    }

    [Fact]
    public async Task The_name_of_another_user_in_the_address_makes_no_other_origin_of_it()
    {
        var api = ApiFor("a1");

        await Client(Session(), api.Address).GetStringAsync($"http://api.datagen.example@127.0.0.1:{api.Port}/", Ct);

        Assert.Equal("Bearer a1", api.Requests.Single().Authorization);
    }

    [Fact]
    public async Task A_requests_own_authorization_is_kept_and_never_refreshed()
    {
        var api = Api(_ => new ScriptedAnswer(401));
        using var request = new HttpRequestMessage(HttpMethod.Get, api.Address);
        request.Headers.Authorization = new AuthenticationHeaderValue("Basic", "mine");

        using var response = await Client(Session(), api.Address).SendAsync(request, Ct);

        Assert.Equal(["GET /; Authorization: Basic mine"], api.Lines);
        Assert.Empty(_tokens.Requests);
    }

    [Fact]
    public async Task A_requests_own_organization_is_kept()
    {
        var api = ApiFor("a1");
        using var request = new HttpRequestMessage(HttpMethod.Delete, $"{api.Address}/things");
        request.Headers.Add("X-Datagen-Org", "test-org");

        using var response = await Client(Session(), api.Address).SendAsync(request, Ct);

        Assert.Equal(["DELETE /things; Authorization: Bearer a1; X-Datagen-Org: test-org"], api.Lines);
    }

    [Fact]
    public async Task The_organization_of_the_options_stands_in_for_the_active_one()
    {
        var api = ApiFor("a1");

        await Client(Session(organization: "test-org"), api.Address).GetStringAsync(api.Address, Ct);

        Assert.Equal(["GET /; Authorization: Bearer a1; X-Datagen-Org: test-org"], api.Lines);
    }

    [Fact]
    public async Task A_stale_token_is_refreshed_before_use()
    {
        var api = ApiFor("a2");

        await Client(Session(minutesLeft: 4), api.Address).GetStringAsync(api.Address, Ct);

        Assert.Single(api.Requests);
        Assert.Equal([Refresh], _tokens.Lines);
    }

    [Fact]
    public async Task A_401_is_followed_by_one_refresh_and_one_more_try()
    {
        var api = ApiFor("a2");

        await Client(Session(), api.Address).GetStringAsync($"{api.Address}/things", Ct);

        Assert.Equal(
            [
                "GET /things; Authorization: Bearer a1; X-Datagen-Org: yourcompany",
                "GET /things; Authorization: Bearer a2; X-Datagen-Org: yourcompany",
            ],
            api.Lines);
        Assert.Equal([Refresh], _tokens.Lines);
        Assert.Equal("r2", StoredRefreshToken());
    }

    [Fact]
    public async Task A_second_401_is_the_answer()
    {
        var api = ApiFor("nobody's");

        using var response = await Client(Session(), api.Address).GetAsync(api.Address, Ct);

        Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
        Assert.Equal(2, api.Requests.Count);
        Assert.Single(_tokens.Requests);
    }

    [Theory]
    [InlineData(403)]
    [InlineData(500)]
    public async Task No_other_status_costs_a_refresh(int status)
    {
        var api = Api(_ => new ScriptedAnswer(status));

        using var response = await Client(Session(), api.Address).GetAsync(api.Address, Ct);

        Assert.Single(api.Requests);
        Assert.Empty(_tokens.Requests);
    }

    public static TheoryData<string> ContentsThatCanBeSentAgain => ["text", "form", "bytes", "json"];

    [Theory]
    [MemberData(nameof(ContentsThatCanBeSentAgain))]
    public async Task Content_that_can_be_read_again_is_sent_again(string kind)
    {
        var api = ApiFor("a2");
        using HttpContent content = kind switch
        {
            "text" => new StringContent("a=1"),
            "form" => new FormUrlEncodedContent([new("a", "1")]),
            "bytes" => new ReadOnlyMemoryContent("a=1"u8.ToArray()),
            _ => JsonContent.Create("a=1"),
        };

        using var response = await Client(Session(), api.Address).PostAsync(api.Address, content, Ct);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(2, api.Requests.Count);
        Assert.All(api.Requests, request => Assert.Equal("a=1", request.Body.Trim('"')));
    }

    [Fact]
    public async Task Content_that_can_be_read_only_once_is_sent_only_once()
    {
        var api = ApiFor("a2");
        using var stream = new MemoryStream("a=1"u8.ToArray());
        using var content = new StreamContent(stream);

        using var response = await Client(Session(), api.Address).PostAsync(api.Address, content, Ct);

        Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
        Assert.Equal(["a=1"], api.Requests.Select(request => request.Body));
        Assert.Empty(_tokens.Requests);
    }

    [Theory]
    [InlineData(301)]
    [InlineData(302)]
    [InlineData(303)]
    [InlineData(307)]
    [InlineData(308)]
    public async Task A_redirect_is_the_answer_wherever_it_leads(int status)
    {
        var evil = Api(_ => new ScriptedAnswer(200));
        var api = Api(request => new ScriptedAnswer(status, Location: request.Path == "/within" ? "/things/" : $"{evil.Address}/stolen"));
        var client = Client(Session(), api.Address);

        using var within = await client.GetAsync($"{api.Address}/within", Ct);
        using var elsewhere = await client.GetAsync($"{api.Address}/elsewhere", Ct);

        Assert.Equal([status, status], [(int)within.StatusCode, (int)elsewhere.StatusCode]);
        Assert.Equal(2, api.Requests.Count);
        Assert.Empty(evil.Requests);
        Assert.Empty(_tokens.Requests);
    }

    [Fact]
    public async Task An_inner_handler_that_follows_redirects_brings_no_token_to_another_host()
    {
        var evil = Api(_ => new ScriptedAnswer(401));
        var api = Api(_ => new ScriptedAnswer(307, Location: $"{evil.Address}/stolen"));
        using var client = new HttpClient(new AuthorizationHandler(Session(), new Uri(api.Address)) { InnerHandler = new SocketsHttpHandler() });

        using var response = await client.GetAsync(api.Address, Ct);

        Assert.Equal(["/stolen"], evil.Requests.Select(request => request.Path));
        Assert.Null(evil.Requests.Single().Authorization);
        Assert.Empty(_tokens.Requests);
    }

    [Theory]
    [InlineData("http://api.datagen.example")]
    [InlineData("http://127.0.0.1.evil.example")]
    [InlineData("http://10.0.0.1")]
    [InlineData("ftp://127.0.0.1")]
    [InlineData("/v1")]
    public void An_API_that_a_token_must_not_be_sent_to_is_refused(string api) =>
        Assert.Throws<ArgumentException>(() => new AuthorizationHandler(Session(), new Uri(api, UriKind.RelativeOrAbsolute)));

    [Theory]
    [InlineData("https://api.datagen.example")]
    [InlineData("http://127.0.0.1:5010")]
    [InlineData("http://[::1]:5010")]
    [InlineData("http://localhost")]
    public void Https_or_loopback_will_do(string api)
    {
        using var handler = new AuthorizationHandler(Session(), new Uri(api));
    }

    [Fact]
    public async Task When_the_session_has_ended_the_401_is_the_answer()
    {
        _refresh = _ => new ScriptedAnswer(400, """{"error":"invalid_grant"}""");
        var api = Api(_ => new ScriptedAnswer(401, "go away"));

        using var response = await Client(Session(), api.Address).GetAsync(api.Address, Ct);

        Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
        Assert.Equal("go away", await response.Content.ReadAsStringAsync(Ct));
        Assert.Single(api.Requests);
    }

    [Fact]
    public async Task Without_a_refresh_token_the_401_is_the_answer()
    {
        var api = Api(_ => new ScriptedAnswer(401));

        using var response = await Client(Session(refreshToken: null), api.Address).GetAsync(api.Address, Ct);

        Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
        Assert.Empty(_tokens.Requests);
    }

    [Fact]
    public async Task A_token_service_in_trouble_is_told_as_that()
    {
        _refresh = _ => new ScriptedAnswer(503);
        var api = ApiFor("a2");

        await Assert.ThrowsAsync<ServiceUnreachableException>(() => Client(Session(), api.Address).GetAsync(api.Address, Ct));
        Assert.Equal("r1", StoredRefreshToken());
    }

    [Fact]
    public async Task With_nobody_signed_in_nothing_is_sent()
    {
        var api = ApiFor("a1");

        await Assert.ThrowsAsync<NotSignedInException>(() => Client(Session(signedIn: false), api.Address).GetAsync(api.Address, Ct));

        Assert.Empty(api.Requests);
    }

    [Fact]
    public async Task Many_401s_at_once_make_one_refresh()
    {
        var api = ApiFor("a2");
        var client = Client(Session(), api.Address);

        var responses = await Task.WhenAll(Enumerable.Range(0, 30).Select(_ => client.GetAsync(api.Address, Ct)));

        Assert.All(responses, response => Assert.Equal(HttpStatusCode.OK, response.StatusCode));
        Assert.Equal([Refresh], _tokens.Lines);
        foreach (var response in responses) response.Dispose();
    }

    [Fact]
    public async Task A_request_that_is_given_up_during_the_refresh_costs_nobody_the_session()
    {
        using var impatient = CancellationTokenSource.CreateLinkedTokenSource(Ct);
        _refresh = _ =>
        {
            impatient.Cancel();
            return new ScriptedAnswer(200, """{"access_token":"a2","token_type":"Bearer","expires_in":3600,"refresh_token":"r2"}""");
        };
        var api = ApiFor("a2");
        var client = Client(Session(), api.Address);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => client.GetAsync(api.Address, impatient.Token));
        await client.GetStringAsync(api.Address, Ct);

        Assert.Equal("r2", StoredRefreshToken());
        Assert.Equal([Refresh], _tokens.Lines);
    }

    // Plain http is allowed on loopback because it does not leave the machine. To a proxy it would, token and all.
    [Fact]
    public async Task A_request_to_this_machine_goes_through_no_proxy()
    {
        var proxy = Api(_ => new ScriptedAnswer(502));
        var api = ApiFor("a1");
        var session = Session();
        var usual = Environment.GetEnvironmentVariable("http_proxy");
        Environment.SetEnvironmentVariable("http_proxy", proxy.Address);
        try
        {
            using var response = await Client(session, api.Address).GetAsync(api.Address, Ct);
        }
        finally
        {
            Environment.SetEnvironmentVariable("http_proxy", usual);
        }

        Assert.Single(api.Requests);
        Assert.Empty(proxy.Requests);
    }

    [Fact]
    public void Synchronous_requests_are_refused_before_anything_is_sent()
    {
        var api = ApiFor("a1");
        using var request = new HttpRequestMessage(HttpMethod.Get, api.Address);

        Assert.Throws<NotSupportedException>(() => Client(Session(), api.Address).Send(request, Ct));

        Assert.Empty(api.Requests);
    }

    [Fact]
    public async Task No_exception_tells_a_token()
    {
        _refresh = request => new ScriptedAnswer(400, $$"""{"error":"invalid_request","error_description":"{{request.Body.Split('&')[1].Split('=')[1]}} is malformed"}""");
        var api = ApiFor("a2");

        var failure = await Assert.ThrowsAnyAsync<AuthException>(() => Client(Session(refreshToken: "refresh-token-1"), api.Address).GetAsync(api.Address, Ct));

        Assert.DoesNotContain("refresh-token-1", $"{failure}", StringComparison.Ordinal);
    }
}
