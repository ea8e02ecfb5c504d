using LocalService.Faults;

namespace WholeProgram.SigningIn;

public class ServerInTrouble : Situation
{
    private const string Configuration = "/.well-known/openid-configuration";

    [Fact]
    public async Task A_server_that_is_down_is_exit_3()
    {
        await Service.DisposeAsync();

        var run = await Datagen.RunAsync("auth", "login");

        run.IsError(3, $"can't reach {Service.IssuerUri.Authority}");
        Assert.False(File.Exists);
    }

    [Fact]
    public async Task A_server_that_is_down_is_unreachable_in_JSON()
    {
        await Service.DisposeAsync();

        (await Datagen.RunAsync("auth", "login", "--format=json")).IsJsonError(3, "unreachable", Service.IssuerUri.Authority);
    }

    [Fact]
    public async Task A_name_that_nobody_knows_is_exit_3()
    {
        var run = await Datagen.With("DATAGEN_ISSUER", "https://id.invalid").RunAsync("auth", "login");

        run.IsError(3, "id.invalid");
    }

    [Theory]
    [InlineData("/device_authorization", 500)]
    [InlineData("/device_authorization", 502)]
    public async Task An_answer_in_the_500s_is_exit_3(string path, int status)
    {
        Service.Faults.Add(new Fault(path) { Status = status, Body = "<html>", ContentType = "text/html" });

        var run = await Datagen.RunAsync("auth", "login");

        run.IsError(3, $"{status}");
        Assert.Single(Service.Log.To(path));
        Assert.DoesNotContain("credentials.json", File.Siblings);
    }

    [Fact]
    public async Task Metadata_in_trouble_at_both_addresses_is_exit_3()
    {
        Service.Faults.Add(new Fault(Configuration) { Status = 503 });
        Service.Faults.Add(new Fault("/.well-known/oauth-authorization-server") { Status = 500 });

        (await Datagen.RunAsync("auth", "login")).IsError(3, "openid-configuration answered 503, oauth-authorization-server answered 500");
    }

    [Theory]
    [InlineData(FaultEnding.Drop)]
    [InlineData(FaultEnding.Truncate)]
    public async Task A_connection_that_is_lost_before_there_is_a_code_is_exit_3(FaultEnding ending)
    {
        Service.Faults.Add(new Fault("/device_authorization") { Ending = ending });

        (await Datagen.RunAsync("auth", "login")).IsError(3, Service.IssuerUri.Authority);

        Assert.Single(Service.Log.To("/device_authorization"));
    }

    [Fact]
    public async Task UserInfo_in_the_500s_is_exit_3_and_stores_nothing()
    {
        Service.Faults.Add(new Fault("/userinfo") { Status = 500 });

        var run = await SignInAsync(Datagen, You);

        run.IsErrorAfter(Prompts(), 3, "500");
        Assert.DoesNotContain("credentials.json", File.Siblings);
    }

    [Fact]
    public async Task UserInfo_that_refuses_the_new_token_is_exit_1_and_stores_nothing()
    {
        Service.Faults.Add(new Fault("/userinfo") { Status = 401 });

        var run = await SignInAsync(Datagen, You);

        run.IsErrorAfter(Prompts(), 1, "refused");
        Assert.DoesNotContain("credentials.json", File.Siblings);
    }

    [Theory]
    [InlineData("text/html", "<html>Welcome to the hotel</html>")]
    [InlineData("application/json", "[]")]
    [InlineData("application/json", "{\"device_code\":")]
    [InlineData("application/json", "{}")]
    public async Task An_answer_that_is_not_what_it_should_be_is_exit_1(string contentType, string body)
    {
        Service.Faults.Add(new Fault("/device_authorization") { Body = body, ContentType = contentType });

        (await Datagen.RunAsync("auth", "login")).IsError(1, "/device_authorization");
    }

    [Theory]
    [InlineData("/device_authorization")]
    public async Task A_redirect_is_exit_1_and_not_followed(string path)
    {
        Service.Faults.Add(new Fault(path)
        {
            Status = 302,
            Headers = new Dictionary<string, string> { ["Location"] = $"{Service.Issuer}/elsewhere" },
        });

        (await Datagen.RunAsync("auth", "login")).IsError(1, path);

        Assert.DoesNotContain("GET /elsewhere", Requests);
    }

    [Fact]
    public async Task An_unknown_client_is_exit_1()
    {
        (await Datagen.With("DATAGEN_CLIENT_ID", "stranger").RunAsync("auth", "login")).IsError(1, "invalid_client");
    }

    [Fact]
    public async Task A_server_without_device_flow_is_exit_1()
    {
        Service.Settings.OfferDevice = false;

        (await Datagen.RunAsync("auth", "login")).IsError(1, "device_authorization_endpoint");
    }

    [Fact]
    public async Task Dropped_polls_are_asked_again_after_twice_the_wait()
    {
        Service.Faults.Add(new Fault("/token") { Ending = FaultEnding.Drop });

        var run = await SignInAsync(Datagen, You);

        Assert.Equal((0, Prompts()), (run.ExitCode, run.StandardError));
        var polls = Service.Log.To("/token");
        Assert.Null(polls[0].Status);
        Assert.InRange(polls[1].At - polls[0].At, TimeSpan.FromSeconds(1.99), Eventually.Patience);
    }

    [Fact]
    public async Task A_poll_with_status_503_is_asked_again_when_the_server_says()
    {
        Service.Faults.Add(new Fault("/token")
        {
            Status = 503,
            Headers = new Dictionary<string, string> { ["Retry-After"] = "3" },
        });

        var run = await SignInAsync(Datagen, You);

        Assert.Equal((0, Prompts()), (run.ExitCode, run.StandardError));
        var polls = Service.Log.To("/token");
        Assert.Equal([503, 200], polls.Select(poll => poll.Status));
        Assert.InRange(polls[1].At - polls[0].At, TimeSpan.FromSeconds(2.99), Eventually.Patience);
    }

    [Fact]
    public async Task Slow_down_adds_five_seconds()
    {
        Service.Faults.Add(new Fault("/token") { Status = 400, Body = """{"error":"slow_down"}""" });

        var run = await SignInAsync(Datagen, You);

        Assert.Equal((0, Prompts()), (run.ExitCode, run.StandardError));
        var polls = Service.Log.To("/token");
        Assert.Equal([400, 200], polls.Select(poll => poll.Status));
        Assert.InRange(polls[1].At - polls[0].At, TimeSpan.FromSeconds(5.99), Eventually.Patience);
    }
}
