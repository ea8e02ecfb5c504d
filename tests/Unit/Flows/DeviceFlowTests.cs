using System.Globalization;
using System.Net.Http.Headers;
using Datagen.Auth;
using Datagen.Flows;
using Datagen.Protocol;
using Datagen.Sessions;
using Unit.World;

namespace Unit.Flows;

public class DeviceFlowTests
{
    private const string DeviceEndpoint = "https://id.example/device_authorization";
    private const string TokenAddress = "https://id.example/token";
    private const string Token = """{"access_token":"at","token_type":"Bearer","expires_in":3600}""";
    private const string Pending = """{"error":"authorization_pending"}""";
    private const string SlowDown = """{"error":"slow_down"}""";
    private const string Poll =
        "POST https://id.example/token grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Adevice_code&device_code=dc&client_id=datagen-cli";

    private readonly ManualClock _clock = new();
    private readonly ScriptedServer _server = new();
    private readonly List<UserCodePrompt> _shown = [];
    private readonly List<string> _notes = [];

    private double[] WaitedSeconds => [.. _clock.Waits.Select(wait => wait.TotalSeconds)];

    private static string Authorization(string more = "\"interval\":5,\"expires_in\":900") =>
        $$"""{"device_code":"dc","user_code":"QXTR-9PLN","verification_uri":"https://id.example/device",{{more}}}""";

    private async Task<TokenResponse> SignIn(CancellationToken? cancellation = null)
    {
        var prompts = new SignInPrompts { ShowUserCode = _shown.Add, Note = _notes.Add };
        using var grant = await new DeviceFlow(_server.Client, _clock, prompts).SignInAsync(
            new Uri(DeviceEndpoint), new Uri(TokenAddress), new OAuthClient("datagen-cli", null), "openid email", [],
            cancellation ?? TestContext.Current.CancellationToken);
        return grant.Token;
    }

    [Fact]
    public async Task Posts_exactly_what_RFC_8628_asks_for()
    {
        _server.Answers(DeviceEndpoint, Authorization()).Answers(TokenAddress, Pending, 400).Answers(TokenAddress, Token);

        var token = await SignIn();

        Assert.Equal("at", token.AccessToken);
        Assert.Equal([$"POST {DeviceEndpoint} client_id=datagen-cli&scope=openid+email", Poll, Poll], _server.Requests);
        Assert.Equal([5, 5], WaitedSeconds);
    }

    [Fact]
    public async Task Shows_the_code_before_the_first_wait()
    {
        _server.Answers(DeviceEndpoint, Authorization(
            "\"verification_uri_complete\":\"https://id.example/device?user_code=QXTR-9PLN\",\"expires_in\":600")).Answers(TokenAddress, Token);
        _clock.OnWait = () => Assert.Single(_shown);

        await SignIn();

        Assert.Equal(
            new UserCodePrompt(
                "QXTR-9PLN", new Uri("https://id.example/device"), new Uri("https://id.example/device?user_code=QXTR-9PLN"), TimeSpan.FromMinutes(10)),
            _shown.Single());
    }

    [Theory]
    [InlineData("\"expires_in\":900", 5)]
    [InlineData("\"interval\":7,\"expires_in\":900", 7)]
    [InlineData("\"interval\":\"7\",\"expires_in\":\"900\"", 7)]
    [InlineData("\"interval\":0,\"expires_in\":900", 1)]
    [InlineData("\"interval\":-3,\"expires_in\":900", 1)]
    [InlineData("\"interval\":2", 2)]
    public async Task First_poll_comes_after_the_interval(string answer, double seconds)
    {
        _server.Answers(DeviceEndpoint, Authorization(answer)).Answers(TokenAddress, Token);

        await SignIn();

        Assert.Equal([seconds], WaitedSeconds);
    }

    [Fact]
    public async Task Slow_down_adds_five_seconds_for_good()
    {
        _server.Answers(DeviceEndpoint, Authorization())
            .Answers(TokenAddress, SlowDown, 400).Answers(TokenAddress, Pending, 400).Answers(TokenAddress, Token);

        await SignIn();

        Assert.Equal([5, 10, 10], WaitedSeconds);
        Assert.Empty(_notes);
    }

    [Fact]
    public async Task Slow_down_that_names_a_longer_interval_gets_it()
    {
        _server.Answers(DeviceEndpoint, Authorization())
            .Answers(TokenAddress, """{"error":"slow_down","interval":30}""", 400).Answers(TokenAddress, Token);

        await SignIn();

        Assert.Equal([5, 30], WaitedSeconds);
    }

    [Fact]
    public async Task Endless_slow_down_pads_the_interval_and_says_why_once()
    {
        _server.Answers(DeviceEndpoint, Authorization());
        for (var i = 0; i < 4; i++) _server.Answers(TokenAddress, SlowDown, 400);
        _server.Answers(TokenAddress, Token);

        await SignIn();

        Assert.Equal([5, 10, 15 * 1.2, 20 * 1.4, 25 * 1.4], WaitedSeconds);
        Assert.Contains("clock may run fast", Assert.Single(_notes), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Slow_down_with_status_429_as_Auth0_says_it_counts_as_slow_down()
    {
        _server.Answers(DeviceEndpoint, Authorization())
            .Answers(TokenAddress, SlowDown, 429).Answers(TokenAddress, Pending, 400).Answers(TokenAddress, Token);

        await SignIn();

        Assert.Equal([5, 10, 10], WaitedSeconds);
    }

    [Fact]
    public async Task A_verification_url_as_Google_spells_it_is_understood()
    {
        _server.Answers(DeviceEndpoint, """{"device_code":"dc","user_code":"QXTR","verification_url":"https://id.example/device"}""")
            .Answers(TokenAddress, Token);

        await SignIn();

        Assert.Equal(new Uri("https://id.example/device"), _shown.Single().VerificationUri);
    }

    [Fact]
    public async Task A_client_secret_and_extra_parameters_go_where_they_belong()
    {
        _server.Answers(DeviceEndpoint, Authorization()).Answers(TokenAddress, Token);

        using var grant = await new DeviceFlow(_server.Client, _clock, new SignInPrompts()).SignInAsync(
            new Uri(DeviceEndpoint), new Uri(TokenAddress), new OAuthClient("cli", "cs"), "openid",
            ExtraParameters.Parse("audience=https%3A%2F%2Fapi.example", "DATAGEN_PARAMETERS"), TestContext.Current.CancellationToken);

        Assert.Equal(
            [
                $"POST {DeviceEndpoint} client_id=cli&client_secret=cs&scope=openid&audience=https%3A%2F%2Fapi.example",
                Poll.Replace("datagen-cli", "cli&client_secret=cs", StringComparison.Ordinal),
            ],
            _server.Requests);
    }

    [Theory]
    [InlineData("access_denied")]
    [InlineData("authorization_declined")]
    public async Task Denial_ends_it_at_once(string error)
    {
        _server.Answers(DeviceEndpoint, Authorization()).Answers(TokenAddress, $$"""{"error":"{{error}}"}""", 400);

        var failure = await Assert.ThrowsAsync<SignInFailedException>(() => SignIn());

        Assert.Contains("denied", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Expired_code_ends_it()
    {
        _server.Answers(DeviceEndpoint, Authorization()).Answers(TokenAddress, """{"error":"expired_token"}""", 400);

        var failure = await Assert.ThrowsAsync<SignInFailedException>(() => SignIn());

        Assert.Contains("expired", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_code_that_the_server_has_forgotten_by_its_end_has_expired()
    {
        _server.Answers(DeviceEndpoint, Authorization("\"interval\":5,\"expires_in\":12"))
            .Answers(TokenAddress, Pending, 400).Answers(TokenAddress, """{"error":"invalid_grant"}""", 400);

        Assert.Equal("expired_token", (await Assert.ThrowsAsync<SignInFailedException>(() => SignIn())).Reason);
    }

    [Fact]
    public async Task A_code_that_the_server_refuses_long_before_its_end_is_a_failure()
    {
        _server.Answers(DeviceEndpoint, Authorization())
            .Answers(TokenAddress, Pending, 400).Answers(TokenAddress, """{"error":"invalid_grant"}""", 400);

        Assert.Equal("invalid_grant", (await Assert.ThrowsAsync<AuthException>(() => SignIn())).Reason);
    }

    [Fact]
    public async Task A_code_that_is_refused_after_a_lost_answer_is_told_as_lost()
    {
        _server.Answers(DeviceEndpoint, Authorization())
            .Drops(TokenAddress).Answers(TokenAddress, """{"error":"invalid_grant"}""", 400);

        var failure = await Assert.ThrowsAsync<AuthException>(() => SignIn());

        Assert.Equal("answer_lost", failure.Reason);
        Assert.Contains("lost on the way", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(503, "invalid_grant")]
    [InlineData(504, "answer_lost")]
    public async Task Only_a_gateway_loses_an_answer_by_its_status(int status, string reason)
    {
        _server.Answers(DeviceEndpoint, Authorization())
            .Answers(TokenAddress, "", status).Answers(TokenAddress, """{"error":"invalid_grant"}""", 400);

        Assert.Equal(reason, (await Assert.ThrowsAsync<AuthException>(() => SignIn())).Reason);
    }

    [Theory]
    [InlineData(200, "authorization_pending", null)]
    [InlineData(428, "authorization_pending", null)]
    [InlineData(500, "authorization_pending", null)]
    [InlineData(403, "slow_down", null)]
    [InlineData(200, "access_denied", typeof(SignInFailedException))]
    [InlineData(500, "access_denied", typeof(SignInFailedException))]
    [InlineData(429, "expired_token", typeof(SignInFailedException))]
    [InlineData(400, "consent_required", typeof(SignInFailedException))]
    [InlineData(400, "interaction_required", typeof(SignInFailedException))]
    [InlineData(400, "login_required", typeof(SignInFailedException))]
    [InlineData(400, "invalid_scope", typeof(AuthException))]
    public async Task What_the_server_decided_counts_whatever_the_status(int status, string error, Type? failure)
    {
        _server.Answers(DeviceEndpoint, Authorization()).Answers(TokenAddress, $$"""{"error":"{{error}}"}""", status).Answers(TokenAddress, Token);

        var problem = await Record.ExceptionAsync(() => SignIn());

        Assert.Equal(failure, problem?.GetType());
        if (problem is AuthException told) Assert.Equal(error, told.Reason);
    }

    [Fact]
    public async Task An_error_that_is_not_OAuths_keeps_its_status_and_message()
    {
        _server.Answers(DeviceEndpoint, Authorization())
            .Answers(TokenAddress, """{"message":"Unsupported Media Type","code":"UNSUPPORTED_MEDIA_TYPE"}""", 415);

        Assert.Equal(
            "id.example refused the sign-in (it answered 415: Unsupported Media Type)", (await Assert.ThrowsAsync<AuthException>(() => SignIn())).Message);
    }

    [Theory]
    [InlineData("Retry-After", "7", 7)]
    [InlineData("X-Retry-After", "7", 7)]
    [InlineData("X-Retry-After", "soon", 10)]
    [InlineData("Retry-After", "2147483647", 900)]
    [InlineData("Retry-After", "Fri, 31 Dec 9999 23:59:59 GMT", 900)]
    [InlineData("Retry-After", "Mon, 01 Jan 0001 00:00:00 GMT", 5)]
    public async Task Too_many_requests_are_answered_by_a_wait(string header, string value, int seconds)
    {
        _server.Answers(DeviceEndpoint, Authorization())
            .Answers(TokenAddress, """{"message":"Too many requests"}""", 429, answer => answer.Headers.TryAddWithoutValidation(header, value))
            .Answers(TokenAddress, Token);

        var problem = await Record.ExceptionAsync(() => SignIn());

        Assert.Equal(seconds == 900 ? typeof(SignInFailedException) : null, problem?.GetType()); // Longer than the code is good.
        Assert.Equal(seconds == 900 ? 895 : seconds, WaitedSeconds[1]);
    }

    [Fact]
    public async Task A_code_that_the_server_never_knew_is_a_failure()
    {
        _server.Answers(DeviceEndpoint, Authorization()).Answers(TokenAddress, """{"error":"invalid_grant"}""", 400);

        await Assert.ThrowsAsync<AuthException>(() => SignIn());
    }

    [Fact]
    public async Task Stops_by_itself_when_the_code_has_expired()
    {
        _server.Answers(DeviceEndpoint, Authorization("\"interval\":5,\"expires_in\":12"))
            .Answers(TokenAddress, Pending, 400).Answers(TokenAddress, Pending, 400);

        await Assert.ThrowsAsync<SignInFailedException>(() => SignIn());

        Assert.Equal([5, 5, 2], WaitedSeconds);
        Assert.Equal(3, _server.Requests.Count);
    }

    [Fact]
    public async Task Dropped_connections_double_the_wait_until_the_server_is_back()
    {
        _server.Answers(DeviceEndpoint, Authorization())
            .Drops(TokenAddress).Drops(TokenAddress).Answers(TokenAddress, Pending, 400).Answers(TokenAddress, Token);

        await SignIn();

        Assert.Equal([5, 10, 20, 5], WaitedSeconds);
    }

    [Fact]
    public async Task Backing_off_stays_within_a_minute()
    {
        _server.Answers(DeviceEndpoint, Authorization());
        for (var i = 0; i < 6; i++) _server.Drops(TokenAddress);
        _server.Answers(TokenAddress, Token);

        await SignIn();

        Assert.Equal([5, 10, 20, 40, 60, 60, 60], WaitedSeconds);
    }

    [Fact]
    public async Task An_html_page_with_status_502_is_waited_out()
    {
        _server.Answers(DeviceEndpoint, Authorization()).Answers(TokenAddress, "<html>", 502).Answers(TokenAddress, Token);

        await SignIn();

        Assert.Equal([5, 10], WaitedSeconds);
    }

    [Theory]
    [InlineData(429)]
    [InlineData(503)]
    public async Task Retry_After_is_honoured(int status)
    {
        _server.Answers(DeviceEndpoint, Authorization())
            .Answers(TokenAddress, "", status, response => response.Headers.RetryAfter = new RetryConditionHeaderValue(TimeSpan.FromSeconds(42)))
            .Answers(TokenAddress, Token);

        await SignIn();

        Assert.Equal([5, 42], WaitedSeconds);
    }

    [Fact]
    public async Task Retry_After_as_a_date_is_honoured()
    {
        _server.Answers(DeviceEndpoint, Authorization())
            .Answers(TokenAddress, "", 503, response => response.Headers.RetryAfter =
                new RetryConditionHeaderValue(DateTimeOffset.UtcNow.AddSeconds(100)))
            .Answers(TokenAddress, Token);

        await SignIn();

        Assert.InRange(WaitedSeconds[1], 90, 100);
    }

    [Fact]
    public async Task Retry_After_of_a_century_ends_with_the_code()
    {
        _server.Answers(DeviceEndpoint, Authorization())
            .Answers(TokenAddress, "", 503, response => response.Headers.Add("Retry-After", "2147483647"));

        await Assert.ThrowsAsync<SignInFailedException>(() => SignIn());

        Assert.Equal([5, 895], WaitedSeconds);
    }

    [Fact]
    public async Task A_wall_clock_that_jumps_ends_nothing()
    {
        _server.Answers(DeviceEndpoint, Authorization())
            .Answers(TokenAddress, Pending, 400).Answers(TokenAddress, Pending, 400).Answers(TokenAddress, Token);
        var jumps = new Queue<TimeSpan>([TimeSpan.FromHours(8), TimeSpan.FromDays(-400), TimeSpan.Zero]);
        _clock.OnWait = () => _clock.JumpWallClock(jumps.Dequeue());

        Assert.Equal("at", (await SignIn()).AccessToken);
    }

    [Fact]
    public async Task After_a_laptops_sleep_the_next_poll_brings_the_servers_word()
    {
        _server.Answers(DeviceEndpoint, Authorization()).Answers(TokenAddress, """{"error":"expired_token"}""", 400);
        _clock.OnWait = () => _clock.JumpWallClock(TimeSpan.FromHours(8));

        await Assert.ThrowsAsync<SignInFailedException>(() => SignIn());

        Assert.Equal([5], WaitedSeconds);
    }

    [Fact]
    public async Task Cancelling_ends_the_wait()
    {
        using var source = new CancellationTokenSource();
        _server.Answers(DeviceEndpoint, Authorization());
        _clock.OnWait = source.Cancel;

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => SignIn(source.Token));

        Assert.Single(_server.Requests);
    }

    [Fact]
    public async Task An_unknown_error_is_told_without_control_characters()
    {
        _server.Answers(DeviceEndpoint, Authorization())
            .Answers(TokenAddress, """{"error":"invalid_client","error_description":"go\u001b[2J away\u202e"}""", 401);

        var failure = await Assert.ThrowsAsync<AuthException>(() => SignIn());

        Assert.Equal("id.example refused the sign-in: go[2J away (invalid_client)", failure.Message);
    }

    [Theory]
    [InlineData("""{"access_token":"at","token_type":"DPoP"}""")]
    [InlineData("""{"access_token":"a b","token_type":"Bearer"}""")]
    [InlineData("""{"access_token":"a\r\nX-Evil: 1","token_type":"Bearer"}""")]
    [InlineData("""{"token_type":"Bearer"}""")]
    [InlineData("""{"access_token":["at"]}""")]
    [InlineData("""<html>""")]
    [InlineData("""null""")]
    [InlineData("")]
    public async Task A_token_that_cannot_be_used_is_refused(string answer)
    {
        _server.Answers(DeviceEndpoint, Authorization()).Answers(TokenAddress, answer);

        await Assert.ThrowsAnyAsync<AuthException>(() => SignIn());
    }

    [Theory]
    [InlineData("javascript:alert(1)")]
    [InlineData("file:///etc/passwd")]
    [InlineData("-oProxyCommand=x")]
    [InlineData("/device")]
    [InlineData("")]
    [InlineData("https://id\u2066.example/device")] // turns the direction of writing
    [InlineData("https://\u0456d.example/device")] // looks like another host
    [InlineData("https://id.example@evil.example/device")]
    [InlineData("https://id.example/\\u001b[31m")]
    [InlineData("https://id.example/ --profile-directory=x")]
    public async Task A_verification_uri_that_is_no_web_address_is_refused_before_it_is_shown(string address)
    {
        _server.Answers(DeviceEndpoint, $$"""{"device_code":"dc","user_code":"QXTR","verification_uri":"{{address}}","expires_in":900}""");

        await Assert.ThrowsAsync<AuthException>(() => SignIn());

        Assert.Empty(_shown);
    }

    [Fact]
    public async Task A_verification_uri_that_fills_the_screen_is_refused_before_it_is_shown()
    {
        _server.Answers(DeviceEndpoint, $$"""{"device_code":"dc","user_code":"QXTR","verification_uri":"https://id.example/{{new string('x', 2048)}}","expires_in":900}""");

        await Assert.ThrowsAsync<AuthException>(() => SignIn());

        Assert.Empty(_shown);
    }

    [Fact]
    public async Task A_verification_uri_complete_that_is_no_web_address_is_left_out()
    {
        _server.Answers(DeviceEndpoint, Authorization("\"verification_uri_complete\":\"javascript:alert(1)\"")).Answers(TokenAddress, Token);

        await SignIn();

        Assert.Null(_shown.Single().VerificationUriComplete);
    }

    [Fact]
    public async Task A_user_code_is_shown_without_what_moves_a_cursor()
    {
        _server.Answers(
            DeviceEndpoint,
            """{"device_code":"dc","user_code":"QX\u001b[2J\u202eTR\n","verification_uri":"https://id.example/device"}""").Answers(TokenAddress, Token);

        await SignIn();

        Assert.Equal("QX[2JTR", _shown.Single().UserCode);
    }

    [Fact]
    public async Task Progress_is_told_every_second_with_the_time_that_is_left()
    {
        _server.Answers(DeviceEndpoint, Authorization("\"interval\":3,\"expires_in\":60")).Answers(TokenAddress, Token);
        var left = new List<string>();
        var prompts = new SignInPrompts { Waiting = time => left.Add(time.TotalSeconds.ToString(CultureInfo.InvariantCulture)) };

        await new DeviceFlow(_server.Client, _clock, prompts).SignInAsync(
            new Uri(DeviceEndpoint), new Uri(TokenAddress), new OAuthClient("datagen-cli", null), "openid", [], TestContext.Current.CancellationToken);

        Assert.Equal(["60", "59", "58"], left);
    }
}
