using System.IO.Compression;
using System.Text;
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

    private const string First = "https://id.example/.well-known/openid-configuration";
    private const string Second = "https://id.example/.well-known/oauth-authorization-server";
    private const string Metadata = """{"issuer":"https://id.example","token_endpoint":"https://id.example/t"}""";

    private ScriptedServer Redirects(string address, string to, int status = 302) =>
        _server.Answers(address, "", status, answer => answer.Headers.Location = new Uri(to, UriKind.RelativeOrAbsolute));

    [Theory]
    [InlineData("https://id.example/other")]
    [InlineData("/other")]
    [InlineData("https://ID.example:443/other")]
    public async Task A_redirect_within_the_origin_is_followed(string to)
    {
        Redirects(First, to, 308).Answers("https://id.example/other", Metadata);

        Assert.Equal("https://id.example/t", (await Find("https://id.example")).TokenEndpoint);
    }

    [Theory]
    [InlineData("https://evil.example/")]
    [InlineData("https://id.example:8443/")]
    [InlineData("http://id.example/")]
    [InlineData("https://user@id.example/")]
    [InlineData("file:///etc/passwd")]
    public async Task A_redirect_to_another_place_is_not_followed(string to)
    {
        Redirects(First, to).Answers(Second, "", 404);

        var failure = await Assert.ThrowsAsync<AuthException>(() => Find("https://id.example"));

        Assert.Equal(
            "https://id.example is not a sign-in service: its openid-configuration is a redirect to another place (302), oauth-authorization-server answered 404",
            failure.Message);
        Assert.Equal([$"GET {First}", $"GET {Second}"], _server.Requests);
    }

    [Fact]
    public async Task Redirects_in_a_circle_end()
    {
        for (var i = 0; i < 6; i++) Redirects(First, First);
        _server.Answers(Second, Metadata);

        Assert.Equal("https://id.example/t", (await Find("https://id.example")).TokenEndpoint);
        Assert.Equal(7, _server.Requests.Count);
    }

    [Fact]
    public async Task From_http_to_https_of_one_host_is_within_reach()
    {
        Redirects("http://localhost:5010/.well-known/openid-configuration", "https://localhost:5011/x")
            .Answers("https://localhost:5011/x", """{"issuer":"http://localhost:5010","token_endpoint":"http://localhost:5010/t"}""");

        Assert.Equal("http://localhost:5010/t", (await Find("http://localhost:5010")).TokenEndpoint);
    }

    [Theory]
    [InlineData("<!doctype html><p>Welcome", 200)]
    [InlineData("", 200)]
    [InlineData("[]", 200)]
    [InlineData("""{"issuer":null,"token_endpoint":null}""", 200)]
    [InlineData("{}", 204)]
    [InlineData("", 404)]
    [InlineData("", 429)]
    [InlineData("", 500)]
    public async Task What_is_no_metadata_sends_on_to_RFC_8414(string answer, int status)
    {
        _server.Answers(First, answer, status).Answers(Second, Metadata);

        Assert.Equal("https://id.example/t", (await Find("https://id.example")).TokenEndpoint);
    }

    [Fact]
    public async Task A_server_in_trouble_is_not_taken_for_one_without_metadata()
    {
        _server.Answers(First, "", 500).Answers(Second, "", 404);

        var failure = await Assert.ThrowsAsync<ServiceUnreachableException>(() => Find("https://id.example"));

        Assert.Equal("id.example is not working at the moment: its openid-configuration answered 500, oauth-authorization-server answered 404", failure.Message);
    }

    [Theory]
    [InlineData("\"userinfo_endpoint\":null")]
    [InlineData("\"userinfo_endpoint\":7")]
    [InlineData("\"userinfo_endpoint\":{\"a\":[]}")]
    [InlineData("\"authorization_response_iss_parameter_supported\":null")]
    [InlineData("\"authorization_response_iss_parameter_supported\":\"true\"")]
    [InlineData("\"id_token_signing_alg_values_supported\":\"RS256\"")]
    [InlineData("\"id_token_signing_alg_values_supported\":[5,null,{}]")]
    public async Task A_member_of_another_type_is_as_good_as_absent(string member)
    {
        _server.Answers(First, $$"""{"issuer":"https://id.example",{{member}},"token_endpoint":"https://id.example/t"}""");

        var endpoints = await Find("https://id.example");

        Assert.Equal(("https://id.example/t", null), (endpoints.TokenEndpoint, endpoints.UserinfoEndpoint));
    }

    [Theory]
    [InlineData("gzip")]
    [InlineData("deflate")]
    [InlineData("br")]
    [InlineData("gzip, br")]
    public async Task An_answer_that_is_packed_is_unpacked(string encodings)
    {
        _server.Does(First, () => Packed(Encoding.UTF8.GetBytes("\uFEFF" + Metadata), encodings));

        Assert.Equal("https://id.example/t", (await Find("https://id.example")).TokenEndpoint);
    }

    [Fact]
    public async Task The_bound_is_that_of_the_unpacked_answer()
    {
        _server.Does(First, () => Packed(new byte[64 << 20], "gzip"));

        var failure = await Assert.ThrowsAsync<AuthException>(() => Find("https://id.example"));

        Assert.Contains("more than 1 MiB", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_can_not_be_unpacked_is_told_as_that()
    {
        _server.Answers(First, "not packed", with: answer => answer.Content.Headers.ContentEncoding.Add("gzip"));

        Assert.Contains("unpacked", (await Assert.ThrowsAsync<AuthException>(() => Find("https://id.example"))).Message, StringComparison.Ordinal);
    }

    private static HttpResponseMessage Packed(byte[] bytes, string encodings)
    {
        foreach (var encoding in encodings.Split(", "))
        {
            using var packed = new MemoryStream();
            using (Stream packing = encoding switch
            {
                "gzip" => new GZipStream(packed, CompressionLevel.Fastest),
                "deflate" => new ZLibStream(packed, CompressionLevel.Fastest),
                _ => new BrotliStream(packed, CompressionLevel.Fastest),
            }) packing.Write(bytes);
            bytes = packed.ToArray();
        }

        var answer = new HttpResponseMessage { Content = new ByteArrayContent(bytes) };
        foreach (var encoding in encodings.Split(", ")) answer.Content.Headers.ContentEncoding.Add(encoding);
        return answer;
    }
}
