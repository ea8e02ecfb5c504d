using System.Text.Json.Nodes;
using LocalService.Faults;
using LocalService.Observing;

namespace WholeProgram.Session;

public class Token : Situation
{
    public override async ValueTask InitializeAsync()
    {
        await base.InitializeAsync();
        await SignedInAsync();
    }

    private static Run Ok(string token) => new(0, $"{token}\n", "");

    [Fact]
    public async Task Fresh_is_printed_without_any_server()
    {
        await Service.DisposeAsync();
        var before = File.Bytes();

        Assert.Equal(Ok(File["access_token"]), await Datagen.RunAsync("auth", "token"));

        Assert.Equal(before, File.Bytes());
        Assert.Equal(["credentials.json"], File.Siblings);
    }

    [Fact]
    public async Task Is_printed_as_one_JSON_object()
    {
        Assert.Equal(
            Ok($$"""{"access_token":"{{File["access_token"]}}","token_type":"Bearer","expires_at":"{{File["expires_at"]}}"}"""),
            await Datagen.RunAsync("auth", "token", "--format", "json"));
        Assert.Empty(Requests);
    }

    [Fact]
    public async Task Without_an_expiry_never_counts_as_stale()
    {
        File.Set("expires_at", null);

        Assert.Equal(
            Ok($$"""{"access_token":"{{File["access_token"]}}","token_type":"Bearer","expires_at":null}"""),
            await Datagen.RunAsync("auth", "token", "--format", "json"));
        Assert.Empty(Requests);
    }

    [Theory]
    [InlineData(6 * 60)]
    [InlineData(10 * 60, "--min-validity=90s")]
    [InlineData(10 * 60, "--min-validity=9m")]
    [InlineData(59 * 60, "--min-validity=20m")]
    public async Task That_lives_long_enough_is_not_refreshed(int seconds, params string[] options)
    {
        File.ExpiresIn(TimeSpan.FromSeconds(seconds));

        Assert.Equal(Ok(File["access_token"]), await Datagen.RunAsync(["auth", "token", .. options]));

        Assert.Empty(Requests);
    }

    [Theory]
    [InlineData(4 * 60)]
    [InlineData(1)]
    [InlineData(-3600)]
    [InlineData(10 * 60, "--min-validity=20m")]
    [InlineData(10 * 60, "--min-validity=601s")]
    [InlineData(59 * 60, "--min-validity=1h")]
    [InlineData(4 * 60, "--min-validity=1s")]
    [InlineData(59 * 60, "--refresh")]
    public async Task That_does_not_is_refreshed_first(int seconds, params string[] options)
    {
        File.ExpiresIn(TimeSpan.FromSeconds(seconds));
        var (oldAccess, oldRefresh) = (File["access_token"], File["refresh_token"]);
        File.Set("later", "kept");

        var run = await Datagen.RunAsync(["auth", "token", .. options]);

        Assert.NotEqual(oldAccess, File["access_token"]);
        Assert.Equal((0, File["access_token"] + "\n"), (run.ExitCode, run.StandardOutput));
        var request = Assert.Single(Service.Log.Snapshot());
        Assert.Equal(("POST", "/token"), (request.Method, request.Path));
        Assert.Equal($"grant_type=refresh_token&refresh_token={Uri.EscapeDataString(oldRefresh)}&client_id=datagen-cli", request.Body);
        Assert.Null(request.Header("Authorization"));
        Assert.NotEqual(oldRefresh, File["refresh_token"]);
        Assert.True(Service.IsActive(File["refresh_token"]));
        Assert.InRange(
            Credentials.Moment(File["expires_at"]) - DateTimeOffset.UtcNow, TimeSpan.FromMinutes(59), TimeSpan.FromMinutes(60));
        Assert.Equal(("yourcompany", "kept", OwnerOnly), (File["active_org_slug"], File["later"], File.Mode));
        Assert.Equal(["credentials.json", "credentials.lock"], File.Siblings);
    }

    [Fact]
    public async Task That_can_never_live_as_long_as_asked_is_refreshed_once_and_printed()
    {
        var run = await Datagen.RunAsync("auth", "token", "--min-validity", "2h");

        Assert.Equal((0, File["access_token"] + "\n"), (run.ExitCode, run.StandardOutput));
        Assert.Equal(["POST /token"], Requests);
        Assert.Equal("warning: the access token lives for less than the 7200 seconds asked for\n", run.StandardError);
    }

    [Theory]
    [InlineData("20")]
    [InlineData("m")]
    [InlineData("-5m")]
    [InlineData("1.5h")]
    [InlineData("20 m")]
    [InlineData("20M")]
    [InlineData("1d")]
    [InlineData("99999999999h")]
    [InlineData("")]
    public async Task Min_validity_that_is_no_duration_is_exit_2(string duration)
    {
        (await Datagen.RunAsync("auth", "token", $"--min-validity={duration}")).IsError(2);

        Assert.Empty(Requests);
    }

    [Fact]
    public async Task Of_a_server_that_does_not_rotate_keeps_its_refresh_token()
    {
        Service.Settings.RotateRefreshTokens = false;
        File.ExpiresIn(TimeSpan.Zero);
        var refreshToken = File["refresh_token"];

        Assert.Equal(0, (await Datagen.RunAsync("auth", "token")).ExitCode);

        Assert.Equal(refreshToken, File["refresh_token"]);
    }

    [Fact]
    public async Task Is_refreshed_where_it_came_from_whatever_the_environment_says()
    {
        File.ExpiresIn(TimeSpan.Zero);

        var run = await Datagen.With("DATAGEN_ISSUER", "https://id.invalid").With("DATAGEN_CLIENT_ID", "other").RunAsync("auth", "token");

        Assert.Equal(Ok(File["access_token"]), run);
        Assert.Equal("datagen-cli", Assert.Single(Service.Log.To("/token")).Field("client_id"));
    }

    [Fact]
    public async Task Without_a_refresh_token_is_exit_4_when_one_is_needed()
    {
        File.ExpiresIn(TimeSpan.FromSeconds(3600));
        File.Set("refresh_token", null);

        (await Datagen.RunAsync("auth", "token", "--refresh")).IsError(4, "datagen auth login");

        Assert.Empty(Requests);
    }

    [Fact]
    public async Task Past_its_time_without_a_refresh_token_is_what_UserInfo_says()
    {
        File.ExpiresIn(TimeSpan.FromSeconds(-1));
        File.Set("refresh_token", null);

        Assert.Equal(new Run(0, $"{File["access_token"]}\n", ""), await Datagen.RunAsync("auth", "token"));
        Service.Faults.Add(new Fault("/userinfo") { Status = 401 });
        (await Datagen.RunAsync("auth", "token")).IsError(4, "datagen auth login");

        Assert.Equal(["GET /userinfo", "GET /userinfo"], Requests);
    }

    [Fact]
    public async Task Without_a_refresh_token_is_printed_as_long_as_it_lives()
    {
        File.ExpiresIn(TimeSpan.FromMinutes(1));
        File.Set("refresh_token", null);

        Assert.Equal(Ok(File["access_token"]), await Datagen.RunAsync("auth", "token"));
    }

    [Fact]
    public async Task Still_valid_is_used_while_the_server_is_down()
    {
        File.ExpiresIn(TimeSpan.FromMinutes(4));
        var before = File.Bytes();
        await Service.DisposeAsync();

        Assert.Equal(Ok(File["access_token"]), await Datagen.RunAsync("auth", "token"));

        Assert.Equal(before, File.Bytes());
    }

    [Theory]
    [InlineData(500)]
    [InlineData(429)]
    public async Task Still_valid_is_used_while_the_server_is_in_trouble(int status)
    {
        File.ExpiresIn(TimeSpan.FromMinutes(4));
        Service.Faults.Add(new Fault("/token") { Status = status });

        Assert.Equal(Ok(File["access_token"]), await Datagen.RunAsync("auth", "token"));
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(3600, "--refresh")]
    public async Task That_must_be_refreshed_is_exit_3_while_the_server_is_down(int seconds, params string[] options)
    {
        File.ExpiresIn(TimeSpan.FromSeconds(seconds));
        var before = File.Bytes();
        await Service.DisposeAsync();

        (await Datagen.RunAsync(["auth", "token", .. options])).IsError(3, Service.IssuerUri.Authority);

        Assert.Equal(before, File.Bytes());
    }

    [Fact]
    public async Task Of_a_session_that_is_over_is_exit_4_and_the_file_stays()
    {
        Service.RevokeEverythingOf(You);
        File.ExpiresIn(TimeSpan.FromMinutes(-1));
        var before = File.Bytes();

        (await Datagen.RunAsync("auth", "token")).IsError(4, "hint: ", "datagen auth login");
        (await Datagen.RunAsync("auth", "token", "--format", "json")).IsJsonError(4, "not_signed_in", "datagen auth login");

        Assert.Equal(before, File.Bytes());
    }

    [Theory]
    [InlineData(400, """{"error":"invalid_client"}""", "invalid_client")]
    [InlineData(400, """{"error":"unauthorized_client","error_description":"Not \u001b[31myou"}""", "Not [31myou")]
    [InlineData(200, "<html>", "/token")]
    [InlineData(200, "{}", "/token")]
    [InlineData(200, """{"access_token":"a b","token_type":"Bearer"}""", "/token")]
    [InlineData(200, """{"access_token":"ab","token_type":"DPoP"}""", "DPoP")]
    public async Task That_the_server_will_not_refresh_is_exit_1_and_the_file_stays(int status, string body, string says)
    {
        File.ExpiresIn(TimeSpan.FromMinutes(-1));
        Service.Faults.Add(new Fault("/token") { Status = status, Body = body });
        var before = File.Bytes();

        (await Datagen.RunAsync("auth", "token")).IsError(1, says);

        Assert.Equal(before, File.Bytes());
    }

    [Fact]
    public async Task That_got_lost_on_its_way_is_exit_3_and_the_file_stays()
    {
        File.ExpiresIn(TimeSpan.FromMinutes(-1));
        Service.Faults.Add(new Fault("/token") { AfterHandling = true, Ending = FaultEnding.Drop });
        var before = File.Bytes();

        (await Datagen.RunAsync("auth", "token")).IsError(3, Service.IssuerUri.Authority);

        Assert.Equal(["POST /token"], Requests);
        Assert.Equal(before, File.Bytes());
    }

    [Theory]
    [InlineData(Signal.Interrupt, 130)]
    [InlineData(Signal.Terminate, 143)]
    public async Task That_is_on_its_way_is_stored_even_if_a_signal_comes_first(Signal signal, int exitCode)
    {
        File.ExpiresIn(TimeSpan.FromMinutes(-1));
        var old = File["refresh_token"];
        Service.Faults.Add(new Fault("/token") { AfterHandling = true, Delay = TimeSpan.FromSeconds(1) });
        using var refreshing = Datagen.Start("auth", "token");
        await Eventually.HappensAsync(() => Service.Log.To("/token").Count > 0, () => refreshing.ErrorSoFar, Stop);

        refreshing.Send(signal);

        Assert.Equal(new Run(exitCode, "", "error: interrupted\n"), await refreshing.ExitAsync(Stop));
        Assert.NotEqual(old, File["refresh_token"]);
        Assert.True(Service.IsActive(File["refresh_token"]) && Service.IsActive(File["access_token"]));
    }

    [Fact]
    public async Task Of_nobody_is_exit_4()
    {
        System.IO.File.Delete(File.Path);

        (await Datagen.RunAsync("auth", "token")).IsError(4, "datagen auth login");

        Assert.Empty(Requests);
    }

    [Fact]
    public async Task Of_the_environment_is_printed_as_it_is()
    {
        var cli = Datagen.With("DATAGEN_TOKEN", "given-Token.1~2+3/4=");
        await Service.DisposeAsync();

        Assert.Equal(Ok("given-Token.1~2+3/4="), await cli.RunAsync("auth", "token"));
        Assert.Equal(Ok("given-Token.1~2+3/4="), await cli.Without("HOME").RunAsync("auth", "token"));
        Assert.Equal(Ok("given-Token.1~2+3/4="), await cli.RunAsync("auth", "token", "--min-validity", "20m"));
        Assert.Equal(
            Ok("""{"access_token":"given-Token.1~2+3/4=","token_type":"Bearer","expires_at":null}"""),
            await cli.RunAsync("auth", "token", "--format", "json"));
    }

    [Fact]
    public async Task Of_the_environment_that_is_empty_counts_as_not_set()
    {
        Assert.Equal(Ok(File["access_token"]), await Datagen.With("DATAGEN_TOKEN", "").RunAsync("auth", "token"));
    }

    [Fact]
    public async Task Is_refreshed_exactly_once_for_twenty_processes()
    {
        File.ExpiresIn(TimeSpan.FromMinutes(-1));

        var runs = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => Datagen.RunAsync("auth", "token")));

        Assert.All(runs, run => Assert.Equal(Ok(File["access_token"]), run));
        Assert.Equal(["POST /token"], Requests);
        Assert.Single(Service.Events.Of<RefreshRotated>());
        Assert.Empty(Service.Events.Of<RefreshReuseDetected>());
    }

    [Fact]
    public async Task Refused_by_the_server_is_refreshed_exactly_once_for_ten_processes()
    {
        Service.Clock.Advance(TimeSpan.FromHours(2));

        var runs = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => Datagen.RunAsync("auth", "status")));

        var answer = new Run(0, "email: you@yourcompany.com\nactive_org_slug: yourcompany\nrole: admin\n", "");
        Assert.All(runs, run => Assert.Equal(answer, run));
        Assert.Single(Service.Log.To("/token"));
        Assert.Empty(Service.Events.Of<RefreshReuseDetected>());
    }
}
