using LocalService.Observing;

namespace WholeProgram.Session;

/// <summary>Many processes at once find an expired token, at a service that rotates refresh tokens and ends a session over a reused one.</summary>
public class OneRefreshForAll : Situation
{
    private const int Processes = 50;

    [Fact]
    public async Task Fifty_processes_of_both_kinds_and_users_of_the_library_share_it()
    {
        await SignedInAsync();
        File.ExpiresIn(TimeSpan.FromMinutes(-1));
        var old = File["refresh_token"];
        var sample = Datagen with { Program = Executable.Path("sample") };

        var runs = await Task.WhenAll(Enumerable.Range(0, Processes).Select(i => (i % 5) switch
        {
            0 => Datagen.RunAsync("auth", "status"),
            1 => sample.RunAsync($"{Service.Issuer}/userinfo"),
            _ => Datagen.RunAsync("auth", "token"),
        }));

        Assert.All(runs, run => Assert.Equal((0, ""), (run.ExitCode, run.StandardError)));
        Assert.All(runs.Where((_, i) => i % 5 > 1), run => Assert.Equal($"{File["access_token"]}\n", run.StandardOutput));
        Assert.All(runs.Where((_, i) => i % 5 == 1), run => Assert.Contains(You, run.StandardOutput, StringComparison.Ordinal));
        Assert.Single(Service.Log.To("/token"));
        Assert.Single(Service.Events.Of<RefreshRotated>());
        Assert.Empty(Service.Events.Of<RefreshReuseDetected>());
        Assert.NotEqual(old, File["refresh_token"]);
        Assert.True(Service.IsActive(File["refresh_token"]));
        Assert.Equal(["credentials.json", "credentials.lock"], File.Siblings.Order());
    }

    [Fact]
    public async Task A_library_user_acts_for_the_organization_that_the_command_chose()
    {
        await SignedInAsync();
        await Datagen.RunAsync("auth", "org", "--use", "test-org");
        Forget();

        var run = await (Datagen with { Program = Executable.Path("sample") }).RunAsync($"{Service.Issuer}/userinfo");

        Assert.Equal((0, ""), (run.ExitCode, run.StandardError));
        Assert.Equal("test-org", Assert.Single(Service.Log.Snapshot()).Header("X-Datagen-Org"));
    }

    [Fact]
    public async Task A_library_user_whom_the_server_refuses_refreshes_once()
    {
        await SignedInAsync();
        Service.Clock.Advance(TimeSpan.FromHours(2)); // Over at the service, not by this machine's clock.

        var run = await (Datagen with { Program = Executable.Path("sample") }).RunAsync($"{Service.Issuer}/userinfo");

        Assert.Equal((0, ""), (run.ExitCode, run.StandardError));
        Assert.Equal(["GET /userinfo", "POST /token", "GET /userinfo"], Requests);
    }
}
