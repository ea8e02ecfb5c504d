using Datagen.Auth;
using Unit.World;

namespace Unit;

public sealed class WorkloadTests : IDisposable
{
    private const string Configuration = "https://id.example/.well-known/openid-configuration";
    private const string TokenAddress = "https://id.example/token";
    private const string Metadata = """{"issuer":"https://id.example","token_endpoint":"https://id.example/token"}""";

    private readonly ScriptedServer _server = new();
    private readonly ManualClock _clock = new();
    private readonly List<string> _warnings = [];
    private readonly Session _session;

    public WorkloadTests()
    {
        var environment = new Dictionary<string, string>
        {
            ["DATAGEN_GRANT"] = "client_credentials",
            ["DATAGEN_ISSUER"] = "https://id.example",
            ["DATAGEN_CLIENT_ID"] = "robot",
            ["DATAGEN_CLIENT_SECRET"] = "secret",
            ["DATAGEN_CONFIG_DIR"] = "/nonexistent",
        };
        _session = new Session(
            Product.Datagen, SessionOptions.From(Product.Datagen, environment.GetValueOrDefault), _server.Client, _clock, _warnings.Add);
        _server.Answers(Configuration, Metadata);
    }

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public void Dispose() => _server.Dispose();

    private WorkloadTests Gives(string token, int lifetime = 3600)
    {
        _server.Answers(TokenAddress, $$"""{"access_token":"{{token}}","token_type":"Bearer","expires_in":{{lifetime}}}""");
        return this;
    }

    private async Task<string> Token(TimeSpan minimum = default, bool refresh = false) =>
        (await _session.GetAccessTokenAsync(minimum, refresh, Ct)).Value;

    [Fact]
    public async Task A_token_is_kept_until_it_is_about_to_expire()
    {
        Gives("a1").Gives("a2");

        Assert.Equal("a1", await Token());
        _clock.Advance(TimeSpan.FromMinutes(54));
        Assert.Equal("a1", await Token());
        _clock.Advance(TimeSpan.FromMinutes(2));
        Assert.Equal("a2", await Token());

        Assert.Equal(
            [$"GET {Configuration}", $"POST {TokenAddress} grant_type=client_credentials&client_id=robot&client_secret=secret", $"POST {TokenAddress} grant_type=client_credentials&client_id=robot&client_secret=secret"],
            _server.Requests);
    }

    [Fact]
    public async Task A_token_that_lives_for_less_than_the_margin_is_used_for_most_of_its_life()
    {
        Gives("a1", 120).Gives("a2", 120);

        Assert.Equal("a1", await Token());
        _clock.Advance(TimeSpan.FromSeconds(80));
        Assert.Equal("a1", await Token());
        _clock.Advance(TimeSpan.FromSeconds(20));
        Assert.Equal("a2", await Token());
    }

    [Fact]
    public async Task Threads_that_ask_meanwhile_share_one_request()
    {
        Gives("a1");

        var tokens = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => Task.Run(() => Token(), Ct)));

        Assert.All(tokens, token => Assert.Equal("a1", token));
        Assert.Equal(2, _server.Requests.Count);
    }

    [Fact]
    public async Task A_refused_one_is_replaced_once()
    {
        Gives("a1").Gives("a2");
        var refused = await _session.GetAccessTokenAsync(cancellation: Ct);

        Assert.Equal("a2", (await _session.ReplaceAccessTokenAsync(refused, Ct)).Value);
        Assert.Equal("a2", (await _session.ReplaceAccessTokenAsync(refused, Ct)).Value);
    }

    [Fact]
    public async Task Asked_for_it_is_another_one()
    {
        Gives("a1").Gives("a2").Gives("a3");

        Assert.Equal("a1", await Token());
        Assert.Equal("a2", await Token(refresh: true));
        Assert.Empty(_warnings);
        Assert.Equal("a3", await Token(TimeSpan.FromHours(2)));
        Assert.Single(_warnings);
    }

    [Fact]
    public async Task A_failure_is_not_kept()
    {
        _server.Drops(TokenAddress);
        Gives("a1");

        await Assert.ThrowsAsync<ServiceUnreachableException>(() => Token());
        Assert.Equal("a1", await Token());
    }

    [Fact]
    public async Task Its_api_is_never_guessed()
    {
        Gives("a1");
        var token = await _session.GetAccessTokenAsync(cancellation: Ct);

        Assert.DoesNotContain("login", Assert.Throws<AuthException>(() => _session.GetApiAddress(token)).Hint, StringComparison.Ordinal);
    }
}
