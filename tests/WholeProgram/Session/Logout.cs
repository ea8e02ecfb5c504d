using LocalService.Faults;
using LocalService.Hosting;
using LocalService.Observing;

namespace WholeProgram.Session;

public class Logout : Situation
{
    private static readonly Run Done = new(0, "status: logged_out\n", "");

    [Fact]
    public async Task Revokes_and_deletes()
    {
        await SignedInAsync();
        var (accessToken, refreshToken) = (File["access_token"], File["refresh_token"]);

        Assert.Equal(Done, await Datagen.RunAsync("auth", "logout"));

        Assert.False(File.Exists);
        Assert.False(Service.IsActive(refreshToken));
        Assert.False(Service.IsActive(accessToken));
        Assert.All(Requests, request => Assert.Equal("POST /revoke", request));
        Assert.Equal(
            $"token={Uri.EscapeDataString(refreshToken)}&token_type_hint=refresh_token&client_id=datagen-cli", Service.Log.Snapshot()[0].Body);
        Assert.Equal("revocation_request", Assert.Single(Service.Events.Of<FamilyRevoked>()).Reason);
        Assert.Equal(new Run(4, "status: no_credential\n", ""), await Datagen.RunAsync("auth", "status"));
    }

    [Fact]
    public async Task Says_it_as_one_JSON_object()
    {
        await SignedInAsync();

        Assert.Equal(
            new Run(0, """{"status":"logged_out"}""" + "\n", ""), await Datagen.RunAsync("auth", "logout", "--format", "json"));
    }

    [Theory]
    [InlineData]
    [InlineData("--local")]
    public async Task Of_nobody_is_exit_0(params string[] options)
    {
        string[] command = ["auth", "logout", .. options];

        Assert.Equal(new Run(0, "status: no_credential\n", ""), await Datagen.RunAsync(command));
        Assert.Equal(
            new Run(0, """{"status":"no_credential"}""" + "\n", ""), await Datagen.RunAsync([.. command, "--format", "json"]));

        Assert.Empty(Requests);
        Assert.False(File.Exists);
    }

    [Fact]
    public async Task Revokes_the_access_token_where_there_is_no_other()
    {
        await SignedInAsync();
        File.Set("refresh_token", null);
        var accessToken = File["access_token"];

        Assert.Equal(Done, await Datagen.RunAsync("auth", "logout"));

        Assert.False(Service.IsActive(accessToken));
        Assert.Equal(
            $"token={Uri.EscapeDataString(accessToken)}&token_type_hint=access_token&client_id=datagen-cli",
            Assert.Single(Service.Log.Snapshot()).Body);
    }

    [Fact]
    public async Task Of_a_session_that_is_over_is_done()
    {
        await SignedInAsync();
        Service.RevokeEverythingOf(You);

        Assert.Equal(Done, await Datagen.RunAsync("auth", "logout"));

        Assert.False(File.Exists);
    }

    [Fact]
    public async Task Here_alone_asks_no_server()
    {
        await SignedInAsync();
        var refreshToken = File["refresh_token"];

        Assert.Equal(Done, await Datagen.RunAsync("auth", "logout", "--local"));

        Assert.False(File.Exists);
        Assert.Empty(Requests);
        Assert.True(Service.IsActive(refreshToken));
    }

    [Fact]
    public async Task From_a_server_that_is_down_is_exit_3_and_the_file_stays()
    {
        await SignedInAsync();
        var before = File.Bytes();
        await Service.DisposeAsync();

        (await Datagen.RunAsync("auth", "logout")).IsError(3, "hint: ", "--local");
        (await Datagen.RunAsync("auth", "logout", "--format", "json")).IsJsonError(3, "unreachable", "--local");

        Assert.Equal(before, File.Bytes());
        Assert.Equal(Done, await Datagen.RunAsync("auth", "logout", "--local"));
        Assert.False(File.Exists);
    }

    [Theory]
    [InlineData(500)]
    [InlineData(503)]
    public async Task From_a_server_in_trouble_is_exit_3_and_the_file_stays(int status)
    {
        await SignedInAsync();
        var before = File.Bytes();
        Service.Faults.Add(new Fault("/revoke") { Status = status });

        (await Datagen.RunAsync("auth", "logout")).IsError(3, "hint: ", "--local");

        Assert.Equal(before, File.Bytes());
        Assert.True(Service.IsActive(File["refresh_token"]));
    }

    [Fact]
    public async Task Whose_connection_is_dropped_is_exit_3_and_the_file_stays()
    {
        await SignedInAsync();
        var before = File.Bytes();
        Service.Faults.Add(new Fault("/revoke") { Ending = FaultEnding.Drop });

        (await Datagen.RunAsync("auth", "logout")).IsError(3, "hint: ", "--local");

        Assert.Equal(before, File.Bytes());
    }

    [Fact]
    public async Task That_the_server_refuses_is_exit_1_and_the_file_stays()
    {
        await SignedInAsync();
        var before = File.Bytes();
        Service.Faults.Add(new Fault("/revoke") { Status = 400, Body = """{"error":"invalid_client"}""" });

        (await Datagen.RunAsync("auth", "logout")).IsError(1, "invalid_client", "--local");

        Assert.Equal(before, File.Bytes());
        Assert.True(Service.IsActive(File["refresh_token"]));
    }

    [Fact]
    public async Task From_a_server_that_cannot_revoke_deletes_with_a_warning()
    {
        Service.Settings.OfferRevocation = false;
        await SignedInAsync();

        var run = await Datagen.RunAsync("auth", "logout");

        Assert.Equal((0, "status: logged_out\n"), (run.ExitCode, run.StandardOutput));
        Assert.Matches(@"\Awarning: [^\n]*revocation endpoint[^\n]*\n\z", run.StandardError);
        Assert.False(File.Exists);
        Assert.Empty(Requests);
    }

    [Fact]
    public async Task Goes_to_the_server_the_token_came_from_whatever_the_environment_says()
    {
        await SignedInAsync();
        var refreshToken = File["refresh_token"];
        await using var other = await IdentityService.StartAsync();

        Assert.Equal(
            Done,
            await Datagen.With("DATAGEN_ISSUER", other.Issuer).With("DATAGEN_CLIENT_ID", "other").RunAsync("auth", "logout"));

        Assert.False(Service.IsActive(refreshToken));
        Assert.Empty(other.Log.Snapshot());
        Assert.All(Service.Log.Snapshot(), request => Assert.Equal("datagen-cli", request.Field("client_id")));
    }

    [Theory]
    [InlineData]
    [InlineData("--local")]
    public async Task Is_refused_while_DATAGEN_TOKEN_is_set(params string[] options)
    {
        await SignedInAsync();
        var before = File.Bytes();
        var cli = Datagen.With("DATAGEN_TOKEN", "given");

        (await cli.RunAsync(["auth", "logout", .. options])).IsError(1, "DATAGEN_TOKEN");

        Assert.Empty(Requests);
        Assert.Equal(before, File.Bytes());
    }
}
