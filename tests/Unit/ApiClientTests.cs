using System.Text;
using Datagen.Auth;
using Datagen.Protocol;
using Datagen.Sessions;
using Unit.World;

namespace Unit;

public sealed class ApiClientTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private static Session Session(string? api = null, ScriptedServer? server = null, ServiceClient? client = null, string issuer = "https://datagen.example") => new(
        Product.Datagen,
        SessionOptions.From(Product.Datagen, _ => null) with { Token = "t", Api = api, Issuer = issuer },
        client ?? (server ?? new ScriptedServer()).Client,
        TimeProvider.System,
        _ => { });

    [Fact]
    public void A_given_token_is_for_the_products_api_unless_the_environment_names_another()
    {
        Assert.Equal("https://api.datagen.example/", ApiOf(Session()));
        Assert.Equal("https://other.example/v2", ApiOf(Session("https://other.example/v2")));
        Assert.Equal("https://own.example/", ApiOf(Session("https://own.example", issuer: "https://id.example")));
        Assert.Throws<AuthException>(() => ApiOf(Session("http://other.example")));

        static string ApiOf(Session session) => session.GetApiAddress(session.GetAccessTokenAsync().Result).AbsoluteUri;
    }

    [Fact]
    public async Task A_given_token_of_another_issuer_is_not_for_the_products_api()
    {
        using var server = new ScriptedServer();
        var session = Session(server: server, issuer: "https://id.example");

        var problem = await Assert.ThrowsAsync<AuthException>(
            () => session.NewApiClient(TimeSpan.FromSeconds(1)).SendAsync(Get("/v1"), _ => { }, Ct));

        Assert.Equal("set DATAGEN_API to its address", problem.Hint);
        Assert.Null(session.FindApiAddress());
        Assert.Empty(server.Requests);
    }

    [Theory]
    [InlineData("https://datagen.example", null, null, "https://api.datagen.example/")]
    [InlineData("https://datagen.example", null, "https://api.datagen.example", "https://api.datagen.example/")]
    [InlineData("https://datagen.example", null, "https://other.example", null)]
    [InlineData("https://datagen.example", "https://own.example", null, "https://own.example/")]
    [InlineData("https://datagen.example", "https://own.example", "https://api.datagen.example", null)]
    [InlineData("https://id.example", null, null, null)]
    [InlineData("https://id.example", null, "https://api.datagen.example", null)]
    [InlineData("https://id.example", "https://own.example/a", "https://own.example/a/", "https://own.example/a")]
    [InlineData("https://id.example", "https://own.example/a", "https://own.example/b", null)]
    [InlineData("https://id.example", "http://own.example", null, null)]
    [InlineData(null, null, null, null)]
    public void A_stored_token_is_for_its_own_api(string? issuer, string? stored, string? named, string? api)
    {
        var token = new AccessToken("t", null, null) { Origin = new Origin(IsStored: true, issuer, new OAuthClient("cli", null), stored, null) };

        if (api is null) Assert.Throws<AuthException>(() => Session(named).GetApiAddress(token));
        else Assert.Equal(api, Session(named).GetApiAddress(token).AbsoluteUri);
    }

    [Theory]
    [InlineData("")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf")]
    public async Task A_call_that_stays_idle_is_ended(string beginning)
    {
        var served = new TaskCompletionSource();
        using var server = new LoopbackServer(async stream =>
        {
            await stream.WriteAsync(Encoding.ASCII.GetBytes(beginning), Ct);
            while (await stream.ReadAsync(new byte[4096], Ct) > 0)
            {
            }

            served.SetResult();
        });
        using var http = Connections.CreateHttpClient("test/1");
        var client = Session(server.Address, client: new ServiceClient(_ => http)).NewApiClient(TimeSpan.FromMilliseconds(500));
        var got = new MemoryStream();

        var problem = await Assert.ThrowsAsync<ServiceUnreachableException>(
            () => client.SendAsync(Get("/v1"), bytes => got.Write(bytes.Span), Ct));

        Assert.Contains("silent", problem.Message, StringComparison.Ordinal);
        Assert.Equal(beginning.Length > 0 ? "half" : "", Encoding.UTF8.GetString(got.ToArray()));
        await served.Task;
    }

    [Fact]
    public async Task A_reader_that_takes_its_time_is_not_idle()
    {
        using var server = new ScriptedServer();
        server.Answers("https://api.datagen.example/v1", "slowly read");
        var client = Session(server: server).NewApiClient(TimeSpan.FromMilliseconds(50));

        await client.SendAsync(Get("/v1"), _ => Thread.Sleep(200), Ct);

        Assert.Equal(["GET https://api.datagen.example/v1"], server.Requests);
        Assert.Equal(["Authorization: Bearer t"], server.Headers);
    }

    private static ApiCall Get(string path) => new(HttpMethod.Get, api => ApiAddress.Of(api, path), [], null);
}
