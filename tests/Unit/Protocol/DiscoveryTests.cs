using Datagen.Auth;
using Datagen.Protocol;
using Datagen.Storage;
using Unit.World;

namespace Unit.Protocol;

public class DiscoveryTests
{
    private readonly ScriptedServer _server = new();

    private async Task<Endpoints> Find(string issuer) =>
        (await Discovery.FindAsync(
            _server.Client, EndpointAddress.Issuer(issuer, "DATAGEN_ISSUER"), TestContext.Current.CancellationToken)).Endpoints;

    [Fact]
    public async Task Reads_the_openid_configuration()
    {
        _server.Answers(
            "https://id.example/.well-known/openid-configuration",
            """{"issuer":"https://id.example","token_endpoint":"https://id.example/t","userinfo_endpoint":"https://id.example/u"}""");

        var endpoints = await Find("https://id.example");

        Assert.Equal("https://id.example/t", endpoints.TokenEndpoint);
        Assert.Equal("https://id.example/u", endpoints.UserinfoEndpoint);
        Assert.Null(endpoints.RevocationEndpoint);
        Assert.Single(_server.Requests);
    }

    [Theory]
    [InlineData("https://id.example", "https://id.example/.well-known/oauth-authorization-server")]
    [InlineData("https://id.example/realms/a", "https://id.example/.well-known/oauth-authorization-server/realms/a")]
    [InlineData("https://id.example/realms/a/", "https://id.example/.well-known/oauth-authorization-server/realms/a")]
    public async Task Falls_back_to_RFC_8414_with_its_path_between_host_and_issuer_path(string issuer, string address)
    {
        _server.Answers($"{issuer.TrimEnd('/')}/.well-known/openid-configuration", "", 404)
            .Answers(address, $$"""{"issuer":"{{issuer}}","token_endpoint":"https://id.example/t"}""");

        Assert.Equal("https://id.example/t", (await Find(issuer)).TokenEndpoint);
    }

    [Theory]
    [InlineData("https://evil.example")]
    [InlineData("https://id.example/")]
    [InlineData("https://ID.example")]
    public async Task An_issuer_that_is_not_exactly_the_one_asked_is_refused(string named)
    {
        _server.Answers("https://id.example/.well-known/openid-configuration", $$"""{"issuer":"{{named}}"}""");

        await Assert.ThrowsAsync<AuthException>(() => Find("https://id.example"));
    }

    [Theory]
    [InlineData("http://id.example")]
    [InlineData("ftp://id.example")]
    [InlineData("id.example")]
    [InlineData("https://user:secret@id.example")]
    [InlineData("https://id.example?x=1")]
    [InlineData("http://127.0.0.1.evil.example")]
    public async Task An_issuer_that_is_not_https_is_never_asked(string issuer)
    {
        await Assert.ThrowsAsync<AuthException>(() => Find(issuer));

        Assert.Empty(_server.Requests);
    }

    [Theory]
    [InlineData("http://127.0.0.1:5010")]
    [InlineData("http://[::1]:5010")]
    [InlineData("http://localhost:5010")]
    public async Task On_loopback_http_will_do(string issuer)
    {
        _server.Answers($"{issuer}/.well-known/openid-configuration", $$"""{"issuer":"{{issuer}}","token_endpoint":"{{issuer}}/t"}""");

        Assert.Equal($"{issuer}/t", (await Find(issuer)).TokenEndpoint);
    }

    [Theory]
    [InlineData("http://id.example/token")]
    [InlineData("/token")]
    [InlineData(null)]
    [InlineData("https://id\u2066.example/token")] // The framework takes it, and fails to connect.
    [InlineData("https://\u200bid.example/token")]
    [InlineData("http://127.\u202e1/token")]
    [InlineData("https://user@id.example/token")]
    public void An_endpoint_that_is_not_https_is_refused(string? endpoint) =>
        Assert.Throws<AuthException>(() => EndpointAddress.Of(endpoint, "token_endpoint", "https://id.example"));

    // Else any server could have this program post to what listens on this machine alone.
    [Theory]
    [InlineData("https://id.example", false)]
    [InlineData("http://localhost:8080", true)]
    [InlineData("http://127.0.0.1", true)]
    public void An_endpoint_on_this_machine_is_for_servers_on_this_machine(string issuer, bool isTaken)
    {
        var problem = Record.Exception(() => EndpointAddress.Of("http://127.0.0.1:8080/token", "token_endpoint", issuer));

        Assert.Equal(isTaken ? null : typeof(AuthException), problem?.GetType());
    }

    [Fact]
    public async Task A_redirect_is_not_followed()
    {
        _server.Answers("https://id.example/.well-known/openid-configuration", "", 302);

        await Assert.ThrowsAsync<AuthException>(() => Find("https://id.example"));

        Assert.Single(_server.Requests);
    }

    [Fact]
    public async Task A_server_in_trouble_is_not_taken_for_one_without_metadata()
    {
        _server.Answers("https://id.example/.well-known/openid-configuration", "", 500);

        await Assert.ThrowsAsync<ServiceUnreachableException>(() => Find("https://id.example"));
    }
}
