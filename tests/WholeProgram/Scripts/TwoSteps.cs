using System.Globalization;
using System.Text.Json.Nodes;
using LocalService.Faults;
using LocalService.Observing;

namespace WholeProgram.Scripts;

/// <summary><c>auth login --start</c>, and <c>--finish</c> when somebody has approved.</summary>
public class TwoSteps : Situation
{
    private string StatePath => Home[".config/datagen/login.json"];

    private bool StateIsKept => System.IO.File.Exists(StatePath);

    private async Task<JsonObject> StartAsync(Cli? cli = null)
    {
        var run = await (cli ?? Datagen).RunAsync("auth", "login", "--start");
        Assert.Equal((0, ""), (run.ExitCode, run.StandardError));
        Assert.Matches(@"\A[^\n]+\n\z", run.StandardOutput);
        return JsonNode.Parse(run.StandardOutput)!.AsObject();
    }

    private async Task ApproveAsync(JsonObject started, string email = You)
    {
        using var browser = Service.NewBrowser();
        await browser.ApproveDeviceAsync(new Uri((string)started["verification_uri_complete"]!), email, Stop);
    }

    private Task<Run> FinishAsync(params string[] more) => Datagen.RunAsync(["auth", "login", "--finish", .. more]);

    [Fact]
    public async Task The_first_prints_one_object_and_returns()
    {
        var started = await StartAsync();

        Assert.Equal(
            ["user_code", "verification_uri", "verification_uri_complete", "expires_at", "interval"], started.Select(member => member.Key));
        Assert.Equal(UserCode, (string?)started["user_code"]);
        Assert.Equal($"{Service.Issuer}/device", (string?)started["verification_uri"]);
        Assert.Equal($"{Service.Issuer}/device?user_code={UserCode}", (string?)started["verification_uri_complete"]);
        Assert.InRange(Credentials.Moment((string)started["expires_at"]!), DateTimeOffset.UtcNow.AddMinutes(14), DateTimeOffset.UtcNow.AddMinutes(15));
        Assert.Equal(1, (int)started["interval"]!);
        Assert.Equal(OwnerOnly, System.IO.File.GetUnixFileMode(StatePath));
        Assert.False(File.Exists);
        Assert.DoesNotContain("POST /token", Requests);
    }

    [Theory]
    [InlineData]
    [InlineData("--local")]
    public async Task Signing_out_in_between_ends_it(params string[] options)
    {
        await ApproveAsync(await StartAsync());

        Assert.Equal(0, (await Datagen.RunAsync(["auth", "logout", .. options])).ExitCode);

        Assert.False(StateIsKept);
        (await FinishAsync()).IsError(1, "--start");
        Assert.False(File.Exists);
    }

    [Fact]
    public async Task The_second_stores_the_credential_once_it_is_approved()
    {
        await ApproveAsync(await StartAsync(Datagen.With("DATAGEN_API", "https://api.elsewhere.example")));

        var run = await Datagen.With("DATAGEN_ISSUER", "https://id.invalid").With("DATAGEN_CLIENT_ID", "other").RunAsync("auth", "login", "--finish");

        Assert.Equal(new Run(0, "status: authenticated\nemail: you@yourcompany.com\nactive_org_slug: yourcompany\n", ""), run);
        Assert.Equal((Service.Issuer, "datagen-cli", "https://api.elsewhere.example"), (File["issuer"], File["client_id"], File["api"]));
        Assert.False(StateIsKept);
        Assert.Equal(0, (await Datagen.RunAsync("auth", "status")).ExitCode);
        (await FinishAsync()).IsError(1, "--start");
    }

    [Fact]
    public async Task Works_for_genlabz_as_well()
    {
        await ApproveAsync(await StartAsync(GenLabZ), Author);

        var run = await GenLabZ.RunAsync("auth", "login", "--finish", "--format", "json");

        Assert.Equal(0, run.ExitCode);
        Assert.Equal("authors", (string?)JsonNode.Parse(run.StandardOutput)!["groups"]![0]);
    }

    [Fact]
    public async Task Undecided_is_exit_5_and_can_be_asked_again()
    {
        var started = await StartAsync();

        (await FinishAsync()).IsError(5, "--finish again", UserCode);
        (await FinishAsync("--format", "json")).IsJsonError(5, "sign_in_failed", "--finish again");
        Assert.True(StateIsKept);
        await ApproveAsync(started);

        Assert.Equal(0, (await FinishAsync()).ExitCode);
    }

    [Fact]
    public async Task Polls_keep_their_distance_across_processes()
    {
        Service.Settings.PollingInterval = 3;
        await StartAsync();
        var start = DateTimeOffset.UtcNow;

        for (var i = 0; i < 3; i++) Assert.Equal(5, (await FinishAsync()).ExitCode);

        var polls = Service.Log.To("/token").Select(request => request.At).ToList();
        Assert.Equal(3, polls.Count);
        Assert.True(polls[0] - start >= TimeSpan.FromSeconds(2.5), "the first poll came too early");
        Assert.All(polls.Zip(polls.Skip(1)), pair => Assert.True(pair.Second - pair.First >= TimeSpan.FromSeconds(3), "a poll came too early"));
    }

    [Fact]
    public async Task A_slow_down_is_remembered()
    {
        await StartAsync();
        Service.Faults.Add(new Fault("/token") { Status = 400, Body = """{"error":"slow_down"}""" });
        Assert.Equal(5, (await FinishAsync()).ExitCode);

        var state = JsonNode.Parse(await System.IO.File.ReadAllTextAsync(StatePath, Stop))!;

        Assert.Equal(6, (double)state["interval"]!);
        var next = DateTimeOffset.Parse((string)state["next_poll_at"]!, CultureInfo.InvariantCulture);
        Assert.InRange(next, DateTimeOffset.UtcNow.AddSeconds(3), DateTimeOffset.UtcNow.AddSeconds(8));
    }

    [Fact]
    public async Task With_a_wait_it_asks_until_somebody_approves()
    {
        var started = await StartAsync();
        using var finish = Datagen.Start("auth", "login", "--finish", "--wait", "60s");
        await Eventually.HappensAsync(() => Service.Log.To("/token").Count > 1, () => finish.ErrorSoFar, Stop);

        (await FinishAsync()).IsError(1, "another process");
        await ApproveAsync(started);

        Assert.Equal(0, (await finish.ExitAsync(Stop)).ExitCode);
        Assert.True(File.Exists);
    }

    [Fact]
    public async Task The_wait_has_an_end()
    {
        await StartAsync();

        (await FinishAsync("--wait", "3s")).IsError(5, "--finish again");

        Assert.InRange(Service.Log.To("/token").Count, 1, 3);
    }

    [Fact]
    public async Task A_denial_ends_it()
    {
        await StartAsync();
        using (var browser = Service.NewBrowser())
            await browser.DenyDeviceAsync(new Uri($"{Service.Issuer}/device?user_code={UserCode}"), You, Stop);

        (await FinishAsync()).IsError(5, "denied", "--start");

        Assert.False(StateIsKept);
        Assert.False(File.Exists);
    }

    [Fact]
    public async Task An_expired_code_ends_it()
    {
        await StartAsync();
        Service.Clock.Advance(TimeSpan.FromHours(1));

        (await FinishAsync()).IsError(5, "expired", "--start");

        Assert.False(StateIsKept);
    }

    [Fact]
    public async Task A_code_that_expired_long_ago_costs_no_request()
    {
        await StartAsync();
        var state = JsonNode.Parse(await System.IO.File.ReadAllTextAsync(StatePath, Stop))!;
        state["expires_at"] = "2026-01-01T00:00:00Z";
        await System.IO.File.WriteAllTextAsync(StatePath, state.ToJsonString(), Stop);

        (await FinishAsync()).IsError(5, "expired");

        Assert.False(StateIsKept);
        Assert.DoesNotContain("POST /token", Requests);
    }

    [Fact]
    public async Task A_server_that_is_down_is_exit_3_and_it_can_be_asked_again()
    {
        var started = await StartAsync();
        Service.Faults.Add(new Fault("/token") { Status = 503 });

        (await FinishAsync()).IsError(3, "503");
        await ApproveAsync(started);

        Assert.Equal(0, (await FinishAsync("--wait", "1m")).ExitCode);
    }

    [Fact]
    public async Task An_old_credential_stays_until_the_new_one_is_there()
    {
        await SignedInAsync("many@example.com");
        var before = File.Bytes();
        var started = await StartAsync();

        Assert.Equal(5, (await FinishAsync()).ExitCode);
        Assert.Equal(before, File.Bytes());
        await ApproveAsync(started);
        Assert.Equal(0, (await FinishAsync()).ExitCode);

        Assert.Equal(You, File["email"]);
    }

    [Fact]
    public async Task A_second_start_takes_the_place_of_the_first()
    {
        await StartAsync();
        var second = await StartAsync();
        await ApproveAsync(second);

        Assert.Equal(0, (await FinishAsync()).ExitCode);
    }

    [Theory]
    [InlineData("garbage")]
    [InlineData("{}")]
    [InlineData("null")]
    public async Task A_state_that_is_not_what_it_should_be_is_exit_1(string content)
    {
        await StartAsync();
        await System.IO.File.WriteAllTextAsync(StatePath, content, Stop);

        (await FinishAsync()).IsError(1, "login.json");

        await StartAsync();
    }

    [Theory]
    [InlineData("--start", "--finish")]
    [InlineData("--start", "--with-token")]
    [InlineData("--finish", "--port", "8400")]
    [InlineData("--start", "--flow", "browser")]
    [InlineData("--wait", "5s")]
    [InlineData("--start", "--wait", "5s")]
    [InlineData("--finish", "--wait", "soon")]
    public async Task Options_that_make_no_sense_together_are_exit_2(params string[] options) =>
        (await Datagen.RunAsync(["auth", "login", .. options])).IsError(2);

    [Fact]
    public async Task A_server_without_device_authorization_is_exit_1()
    {
        Service.Settings.OfferDevice = false;

        (await Datagen.RunAsync("auth", "login", "--start")).IsError(1, "device_authorization_endpoint");
        (await Datagen.With("DATAGEN_TOKEN", "x").RunAsync("auth", "login", "--start")).IsError(1, "DATAGEN_TOKEN");
    }

    [Fact]
    public async Task No_secret_is_shown()
    {
        var started = await StartAsync();
        var deviceCode = (string)JsonNode.Parse(await System.IO.File.ReadAllTextAsync(StatePath, Stop))!["device_code"]!;
        await ApproveAsync(started);

        var run = await FinishAsync("--verbose");

        Assert.Equal(0, run.ExitCode);
        Assert.DoesNotContain(deviceCode, run.StandardOutput + run.StandardError, StringComparison.Ordinal);
        Assert.Single(Service.Events.Of<TokenIssued>());
    }
}
