using LocalService.Faults;
using LocalService.Hosting;

namespace WholeProgram.SigningIn;

public class Discovery : Situation
{
    protected override ServiceOptions Options => new() { IssuerPath = "/tenant" };

    [Fact]
    public async Task Looks_below_the_issuers_path_first()
    {
        var run = await SignInAsync(Datagen, You);

        Assert.Equal((0, Prompts()), (run.ExitCode, run.StandardError));
        Assert.Equal("GET /tenant/.well-known/openid-configuration", Requests.First());
        Assert.DoesNotContain(Requests, request => request.Contains("oauth-authorization-server", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Falls_back_to_RFC_8414()
    {
        Service.Settings.ServeOpenIdConfiguration = false;

        var run = await SignInAsync(Datagen, You);

        Assert.Equal((0, Prompts()), (run.ExitCode, run.StandardError));
        Assert.Equal(
            ["GET /tenant/.well-known/openid-configuration", "GET /.well-known/oauth-authorization-server/tenant"],
            Requests.Where(request => request.Contains(".well-known", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Without_any_metadata_it_is_exit_1()
    {
        Service.Settings.ServeOpenIdConfiguration = Service.Settings.ServeOAuthMetadata = false;

        (await Datagen.RunAsync("auth", "login")).IsError(1, Service.Issuer);

        Assert.Equal(2, Requests.Count());
    }

    [Theory]
    [InlineData("/tenant", "/other")]
    [InlineData("/tenant", "/tenant/")]
    [InlineData("http:", "https:")]
    public async Task An_issuer_that_is_not_exactly_the_one_asked_is_exit_1(string part, string instead)
    {
        var named = Service.Issuer.Replace(part, instead, StringComparison.Ordinal);
        Service.Faults.Add(new Fault("/tenant/.well-known/openid-configuration")
        {
            Rewrite = body => body.Replace($"\"issuer\":\"{Service.Issuer}\"", $"\"issuer\":\"{named}\"", StringComparison.Ordinal),
        });

        (await Datagen.RunAsync("auth", "login")).IsError(1, named, Service.Issuer);

        Assert.Equal(["GET /tenant/.well-known/openid-configuration"], Requests);
        Assert.DoesNotContain("credentials.json", File.Siblings);
    }

    [Fact]
    public async Task A_slash_too_many_in_the_environment_is_another_issuer()
    {
        (await Datagen.With("DATAGEN_ISSUER", $"{Service.Issuer}/").RunAsync("auth", "login")).IsError(1, Service.Issuer);
    }

    [Theory]
    [InlineData("http://id.example")]
    [InlineData("http://127.0.0.1.id.example")]
    [InlineData("ftp://127.0.0.1")]
    [InlineData("id.example")]
    [InlineData("https://you:secret@id.example")]
    public async Task An_issuer_that_is_neither_https_nor_loopback_is_exit_1(string issuer)
    {
        (await Datagen.With("DATAGEN_ISSUER", issuer).RunAsync("auth", "login")).IsError(1, "https", "DATAGEN_ISSUER");

        Assert.False(File.Exists);
    }

    [Fact]
    public async Task An_endpoint_that_is_neither_https_nor_loopback_is_exit_1()
    {
        Service.Faults.Add(new Fault("/tenant/.well-known/openid-configuration")
        {
            Rewrite = body => body.Replace(
                $"{Service.Issuer}/device_authorization", "http://id.example/device_authorization", StringComparison.Ordinal),
        });

        (await Datagen.RunAsync("auth", "login")).IsError(1, "device_authorization_endpoint", "http://id.example");
    }
}
