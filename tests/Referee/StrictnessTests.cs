using System.Net;
using System.Net.Http.Headers;
using System.Text.Json.Nodes;
using LocalService.Hosting;
using LocalService.Observing;
using static Referee.Visit;

namespace Referee;

/// <summary>The local service is what the client is judged by, so its own judgement is tested: without the client, by the RFCs' words.</summary>
public sealed class StrictnessTests : IAsyncLifetime
{
    private const string Verifier = "a-code-verifier-of-more-than-forty-three-characters";

    private IdentityService _service = null!;
    private Visit _visit = null!;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _service = await IdentityService.StartAsync(new ServiceOptions());
        _visit = new Visit(_service);
    }

    public async ValueTask DisposeAsync()
    {
        _visit.Dispose();
        await _service.DisposeAsync();
    }

    private static void Refuses((HttpStatusCode Status, JsonObject Body) answer, string error, HttpStatusCode status = HttpStatusCode.BadRequest) =>
        Assert.Equal((status, error), (answer.Status, (string?)answer.Body["error"]));

    private async Task<HttpStatusCode> UserInfoAsync(string accessToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"{_service.Issuer}/userinfo");
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", accessToken);
        using var response = await _visit.Http.SendAsync(request, Stop);
        return response.StatusCode;
    }

    [Fact]
    public async Task A_device_code_is_pending_then_good_once()
    {
        var device = await _visit.StartDeviceAsync();
        Assert.Matches("^[A-Z0-9]{4}-[A-Z0-9]{4}$", (string?)device["user_code"]);
        Refuses(await _visit.PollAsync(device), "authorization_pending");
        using (var browser = _service.NewBrowser())
            await browser.ApproveDeviceAsync(new Uri((string)device["verification_uri_complete"]!), You, Stop);
        _service.Clock.Advance(TimeSpan.FromSeconds(6));

        var answer = await _visit.PollAsync(device);

        Assert.Equal((HttpStatusCode.OK, "Bearer", 3600), (answer.Status, (string?)answer.Body["token_type"], (int?)answer.Body["expires_in"]));
        _service.Clock.Advance(TimeSpan.FromSeconds(6));
        Refuses(await _visit.PollAsync(device), "invalid_grant");
    }

    [Fact]
    public async Task Polling_too_fast_is_slowed_down_and_the_interval_grows_for_good()
    {
        var device = await _visit.StartDeviceAsync();
        Refuses(await _visit.PollAsync(device), "authorization_pending");
        Refuses(await _visit.PollAsync(device), "slow_down");

        _service.Clock.Advance(TimeSpan.FromSeconds(6)); // Enough for 5 seconds, and not for the 10 that it is now.
        Refuses(await _visit.PollAsync(device), "slow_down");
        _service.Clock.Advance(TimeSpan.FromSeconds(16));
        Refuses(await _visit.PollAsync(device), "authorization_pending");
    }

    [Fact]
    public async Task A_device_code_that_is_denied_or_too_old_says_so()
    {
        var denied = await _visit.StartDeviceAsync();
        using (var browser = _service.NewBrowser())
            await browser.DenyDeviceAsync(new Uri((string)denied["verification_uri_complete"]!), You, Stop);
        Refuses(await _visit.PollAsync(denied), "access_denied");

        var old = await _visit.StartDeviceAsync();
        _service.Clock.Advance(TimeSpan.FromMinutes(16));
        Refuses(await _visit.PollAsync(old), "expired_token");
    }

    [Fact]
    public async Task A_device_code_belongs_to_its_client() =>
        Refuses(await _visit.PollAsync(await _visit.StartDeviceAsync(), "genlabz-cli"), "invalid_grant");

    [Fact]
    public async Task An_authorization_code_wants_its_verifier_and_its_redirect()
    {
        var code = Query(await _visit.AuthorizeAsync(Challenge(Verifier)), "code");

        Refuses(await _visit.RedeemAsync(code, "another" + Verifier), "invalid_grant");
        Refuses(await _visit.RedeemAsync(code, Verifier, "http://127.0.0.1:10/callback"), "invalid_grant");
        Assert.Equal(HttpStatusCode.OK, (await _visit.RedeemAsync(code, Verifier)).Status);
    }

    [Fact]
    public async Task An_authorization_code_that_comes_twice_ends_what_it_gave()
    {
        var code = Query(await _visit.AuthorizeAsync(Challenge(Verifier)), "code");
        var tokens = (await _visit.RedeemAsync(code, Verifier)).Body;

        Refuses(await _visit.RedeemAsync(code, Verifier), "invalid_grant");

        Assert.Equal(HttpStatusCode.Unauthorized, await UserInfoAsync((string)tokens["access_token"]!));
        Refuses(await _visit.RefreshAsync((string)tokens["refresh_token"]!), "invalid_grant");
    }

    [Fact]
    public async Task An_authorization_code_lives_a_minute()
    {
        var code = Query(await _visit.AuthorizeAsync(Challenge(Verifier)), "code");
        _service.Clock.Advance(TimeSpan.FromSeconds(61));

        Refuses(await _visit.RedeemAsync(code, Verifier), "invalid_grant");
    }

    [Fact]
    public async Task Without_S256_there_is_no_authorization_and_a_denial_is_one()
    {
        Assert.Equal("invalid_request", Query(await _visit.AuthorizeAsync(Verifier, "plain"), "error"));
        var denied = await _visit.AuthorizeAsync(Challenge(Verifier), approve: false);
        Assert.Equal(("access_denied", "s", _service.Issuer), (Query(denied, "error"), Query(denied, "state"), Query(denied, "iss")));
    }

    [Fact]
    public async Task A_refresh_token_is_rotated_and_its_reuse_ends_the_family()
    {
        var first = await _visit.SignInAsync();
        var second = (await _visit.RefreshAsync((string)first["refresh_token"]!)).Body;
        Assert.NotEqual((string?)first["refresh_token"], (string?)second["refresh_token"]);

        Refuses(await _visit.RefreshAsync((string)first["refresh_token"]!), "invalid_grant");

        Assert.Single(_service.Events.Of<RefreshReuseDetected>());
        Refuses(await _visit.RefreshAsync((string)second["refresh_token"]!), "invalid_grant");
        Assert.Equal(HttpStatusCode.Unauthorized, await UserInfoAsync((string)second["access_token"]!));
    }

    [Fact]
    public async Task Of_twenty_that_spend_one_refresh_token_at_once_one_succeeds()
    {
        var refreshToken = (string)(await _visit.SignInAsync())["refresh_token"]!;

        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => _visit.RefreshAsync(refreshToken)));

        Assert.Single(answers, answer => answer.Status == HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_refresh_token_belongs_to_its_client_and_dies_after_thirty_days_without_use()
    {
        var refreshToken = (string)(await _visit.SignInAsync())["refresh_token"]!;
        Refuses(await _visit.RefreshAsync(refreshToken, "genlabz-cli"), "invalid_grant");
        _service.Clock.Advance(TimeSpan.FromDays(31));

        Refuses(await _visit.RefreshAsync(refreshToken), "invalid_grant");
    }

    [Fact]
    public async Task Revoking_the_refresh_token_ends_the_session_and_an_unknown_one_is_no_error()
    {
        var tokens = await _visit.SignInAsync();

        Assert.Equal(HttpStatusCode.OK, (await _visit.PostAsync("revoke", ("token", (string)tokens["refresh_token"]!), ("client_id", Client))).Status);

        Assert.Equal(HttpStatusCode.Unauthorized, await UserInfoAsync((string)tokens["access_token"]!));
        Refuses(await _visit.RefreshAsync((string)tokens["refresh_token"]!), "invalid_grant");
        Assert.Equal(HttpStatusCode.OK, (await _visit.PostAsync("revoke", ("token", "unknown"), ("client_id", Client))).Status);
    }

    [Fact]
    public async Task What_is_no_token_request_is_refused_in_the_words_of_RFC_6749()
    {
        Refuses(await _visit.PostAsync("token", ("grant_type", "password"), ("client_id", Client)), "unsupported_grant_type");
        Refuses(await _visit.PostAsync("token", ("client_id", Client)), "invalid_request");
        Refuses(await _visit.PostAsync("token", ("grant_type", "refresh_token"), ("refresh_token", "x"), ("client_id", "nobody")), "invalid_client", HttpStatusCode.Unauthorized);
        Refuses(
            await _visit.PostAsync("token", ("grant_type", "refresh_token"), ("grant_type", "refresh_token"), ("client_id", Client)), "invalid_request");
        using var got = await _visit.Http.GetAsync($"{_service.Issuer}/token", Stop);
        Assert.Equal(HttpStatusCode.MethodNotAllowed, got.StatusCode);
    }

    [Theory] // RFC 6749 2.3.1: as oidc-agent says who it is.
    [InlineData("datagen-cli:", false, HttpStatusCode.OK, null)]
    [InlineData("datagen-cli:", true, HttpStatusCode.OK, null)]
    [InlineData("datagen%2Dcli:", false, HttpStatusCode.OK, null)]
    [InlineData("datagen-cli:secret", true, HttpStatusCode.Unauthorized, "invalid_client")]
    [InlineData("datagen-cli", true, HttpStatusCode.Unauthorized, "invalid_client")]
    [InlineData(":", true, HttpStatusCode.Unauthorized, "invalid_client")]
    [InlineData("nobody:", false, HttpStatusCode.Unauthorized, "invalid_client")]
    [InlineData("genlabz-cli:", true, HttpStatusCode.BadRequest, "invalid_request")]
    public async Task A_public_client_may_use_Basic_with_an_empty_password(string pair, bool alsoInBody, HttpStatusCode status, string? error)
    {
        var refreshToken = (string)(await _visit.SignInAsync())["refresh_token"]!;
        using var request = new HttpRequestMessage(HttpMethod.Post, $"{_service.Issuer}/token");
        request.Headers.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes(pair)));
        var form = new Dictionary<string, string> { ["grant_type"] = "refresh_token", ["refresh_token"] = refreshToken };
        if (alsoInBody) form["client_id"] = Client;
        request.Content = new FormUrlEncodedContent(form);

        using var response = await _visit.Http.SendAsync(request, Stop);

        var body = JsonNode.Parse(await response.Content.ReadAsStringAsync(Stop))!;
        Assert.Equal((status, error), (response.StatusCode, (string?)body["error"]));
    }

    [Fact]
    public async Task A_form_without_its_antiforgery_token_decides_nothing()
    {
        using var form = new FormUrlEncodedContent([new("email", You), new("password", LocalService.State.SeededPeople.Password)]);

        using var answer = await _visit.Http.PostAsync($"{_service.Issuer}/signin", form, Stop);

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.False(answer.Headers.Contains("Set-Cookie"));
    }

    [Fact]
    public async Task Guessing_user_codes_ends_in_a_pause()
    {
        var device = await _visit.StartDeviceAsync();
        using var browser = _service.NewBrowser();
        for (var i = 0; i < 5; i++)
            await Assert.ThrowsAnyAsync<Exception>(() => browser.ApproveDeviceAsync(new Uri((string)device["verification_uri"]!), "BCDF-GHJK", You, Stop));

        // The right one now, and it is too late for it.
        await Assert.ThrowsAnyAsync<Exception>(() =>
            browser.ApproveDeviceAsync(new Uri((string)device["verification_uri"]!), (string)device["user_code"]!, You, Stop));
        Assert.Empty(_service.Events.Of<DeviceAuthorizationDecided>());

        _service.Clock.Advance(TimeSpan.FromSeconds(61));
        await browser.ApproveDeviceAsync(new Uri((string)device["verification_uri"]!), (string)device["user_code"]!, You, Stop);
        Assert.Single(_service.Events.Of<DeviceAuthorizationDecided>());
    }
}
