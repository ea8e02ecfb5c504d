using LocalService.Faults;
using LocalService.Observing;

namespace WholeProgram.Session;

/// <summary>The access token is no longer good; perhaps the session is.</summary>
public class Ended : Situation
{
    private static readonly Run StatusAnswer = new(0, "email: you@yourcompany.com\nactive_org_slug: yourcompany\nrole: admin\n", "");

    public override async ValueTask InitializeAsync()
    {
        await base.InitializeAsync();
        await SignedInAsync();
    }

    [Fact]
    public async Task A_token_that_the_server_no_longer_takes_is_refreshed_once_and_asked_again_once()
    {
        var (oldAccess, oldRefresh) = (File["access_token"], File["refresh_token"]);
        Service.Clock.Advance(TimeSpan.FromHours(2));

        Assert.Equal(StatusAnswer, await Datagen.RunAsync("auth", "status"));

        Assert.Equal(
            ["GET /userinfo 401", "POST /token 200", "GET /userinfo 200"],
            Service.Log.Snapshot().Select(request => $"{request.Method} {request.Path} {request.Status}"));
        Assert.Equal(
            $"grant_type=refresh_token&refresh_token={Uri.EscapeDataString(oldRefresh)}&client_id=datagen-cli", Service.Log.To("/token")[0].Body);
        Assert.Equal(
            [$"Bearer {oldAccess}", $"Bearer {File["access_token"]}"],
            Service.Log.To("/userinfo").Select(request => request.Header("Authorization")));
        Assert.Equal(["yourcompany", "yourcompany"], Service.Log.To("/userinfo").Select(request => request.Header("X-Datagen-Org")));
        Assert.NotEqual((oldAccess, oldRefresh), (File["access_token"], File["refresh_token"]));
        Assert.True(Service.IsActive(File["refresh_token"]));
        Assert.Equal(OwnerOnly, File.Mode);
    }

    [Fact]
    public async Task A_token_that_is_known_to_have_expired_is_refreshed_first()
    {
        File.ExpiresIn(TimeSpan.FromMinutes(-1));

        Assert.Equal(StatusAnswer, await Datagen.RunAsync("auth", "status"));

        Assert.Equal(["POST /token", "GET /userinfo"], Requests);
        Assert.Equal($"Bearer {File["access_token"]}", Service.Log.To("/userinfo")[0].Header("Authorization"));
    }

    [Fact]
    public async Task A_token_that_is_refused_even_when_new_is_exit_4()
    {
        Service.Faults.Add(new Fault("/userinfo") { Status = 401, Times = 2 });

        (await Datagen.RunAsync("auth", "status")).IsError(4, "datagen auth login");

        Assert.Equal(["GET /userinfo", "POST /token", "GET /userinfo"], Requests);
    }

    [Theory]
    [InlineData("auth", "status")]
    [InlineData("auth", "org", "--list")]
    [InlineData("auth", "org", "--use", "test-org")]
    public async Task A_revoked_session_is_exit_4_and_the_file_stays(params string[] command)
    {
        Service.RevokeEverythingOf(You);
        var before = File.Bytes();

        (await Datagen.RunAsync(command)).IsError(4, "hint: ", "datagen auth login");

        Assert.Equal(["GET /userinfo", "POST /token"], Requests);
        Assert.Equal(before, File.Bytes());
    }

    [Fact]
    public async Task A_revoked_session_is_not_signed_in_in_JSON()
    {
        Service.RevokeEverythingOf(You);

        (await Datagen.RunAsync("auth", "status", "--format", "json")).IsJsonError(4, "not_signed_in", "datagen auth login");
    }

    [Fact]
    public async Task Without_a_refresh_token_it_is_exit_4()
    {
        File.Set("refresh_token", null);
        Service.Clock.Advance(TimeSpan.FromHours(2));

        (await Datagen.RunAsync("auth", "status")).IsError(4, "datagen auth login");

        Assert.Equal(["GET /userinfo"], Requests);
    }

    [Fact]
    public async Task After_thirty_idle_days_it_is_exit_4()
    {
        Service.Clock.Advance(TimeSpan.FromDays(31));
        var before = File.Bytes();

        (await Datagen.RunAsync("auth", "status")).IsError(4, "datagen auth login");

        Assert.Equal(before, File.Bytes());
    }

    [Fact]
    public async Task Every_refresh_starts_the_thirty_days_anew()
    {
        for (var days = 0; days < 60; days += 20)
        {
            Service.Clock.Advance(TimeSpan.FromDays(20));
            Assert.Equal(StatusAnswer, await Datagen.RunAsync("auth", "status"));
        }

        Assert.Equal(3, Service.Events.Of<RefreshRotated>().Count);
    }

    [Fact]
    public async Task If_the_server_cannot_refresh_it_now_it_is_exit_3_and_the_file_stays()
    {
        Service.Clock.Advance(TimeSpan.FromHours(2));
        Service.Faults.Add(new Fault("/token") { Status = 503 });
        var before = File.Bytes();

        (await Datagen.RunAsync("auth", "status")).IsError(3, "503");

        Assert.Equal(before, File.Bytes());
    }
}
