using Datagen.Auth;
using Datagen.Protocol;
using Datagen.Sessions;
using Unit.World;

namespace Unit.Protocol;

public sealed class RequestTraceTests : IDisposable
{
    private const string TokenAddress = "https://id.example/token";

    private readonly ScriptedServer _server = new();
    private readonly List<string> _lines = [];
    private readonly HttpClient _http;
    private readonly ServiceClient _client;

    public RequestTraceTests()
    {
        _http = new HttpClient(_server, disposeHandler: false);
        _client = new ServiceClient(_ => _http, _lines.Add);
    }

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private string Trace => string.Join('\n', _lines);

    public void Dispose()
    {
        _http.Dispose();
        _server.Dispose();
    }

    private Task<ServiceAnswer> Post(params KeyValuePair<string, string>[] form) => _client.PostFormAsync(new Uri(TokenAddress), form, Ct);

    [Fact]
    public async Task Shows_what_helps_and_hides_the_rest()
    {
        _server.Answers(TokenAddress, """{"access_token":"s3cret","token_type":"Bearer","expires_in":3600,"id_token":"s3cret","scope":"s3cret","new":{"deep":["s3cret"]}}""");

        await Post(
            new("grant_type", "authorization_code"), new("client_id", "cli"), new("redirect_uri", "http://127.0.0.1:1/callback"),
            new("code", "s3cret"), new("code_verifier", "s3cret"), new("refresh_token", "s3cret"), new("device_code", "s3cret"), new("token", "s3cret"));

        Assert.DoesNotContain("s3cret", Trace, StringComparison.Ordinal);
        Assert.Contains("> POST https://id.example/token\n>   grant_type=authorization_code\n>   client_id=cli\n", Trace, StringComparison.Ordinal);
        Assert.Contains(">   code=[redacted]\n>   code_verifier=[redacted]\n", Trace, StringComparison.Ordinal);
        Assert.Contains("\n<   access_token: [redacted]\n<   token_type: Bearer\n<   expires_in: 3600\n", Trace, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Hides_the_bearer_and_queries()
    {
        const string Address = "https://id.example/userinfo?access_token=s3cret";
        _server.Answers(Address, """{"email":"you@example.com"}""");

        await _client.GetAsync(new Uri(Address), Authorize.For(new AccessToken("s3cret", null, "yourcompany")), Limits.AnswerBytes, Ct);

        Assert.DoesNotContain("s3cret", Trace, StringComparison.Ordinal);
        Assert.DoesNotContain("you@example.com", Trace, StringComparison.Ordinal);
        Assert.StartsWith("> GET https://id.example/userinfo?[redacted]\n>   Authorization: Bearer [redacted]\n>   X-Datagen-Org: yourcompany\n", Trace, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nothing_in_an_answer_moves_the_cursor()
    {
        _server.Answers(TokenAddress, """{"error":"a\u001b[2J\n< 200","na\u001b[2Jme":"x"}""", 400);

        await Post();

        Assert.DoesNotContain('\u001b', Trace);
        Assert.Contains("<   error: a[2J< 200\n<   na[2Jme: [redacted]", Trace, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"error":"\ud800"}""")]
    [InlineData("""{"\ud800":1}""")]
    [InlineData("""{"error":"x","error":["\ud800"]}""")]
    [InlineData("[\"\\ud800\"]")]
    public async Task An_answer_that_is_no_text_is_no_reason_to_fail(string body)
    {
        _server.Answers(TokenAddress, body, 400);

        await Post();

        Assert.Contains("< 400 in ", Trace, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_inside_a_value_that_is_shown_is_hidden_if_it_is_no_plain_value()
    {
        _server.Answers(TokenAddress, """{"error":{"code":1,"refresh_token":"s3cret"},"interval":["s3cret"]}""", 400);

        await Post();

        Assert.DoesNotContain("s3cret", Trace, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_secret_that_the_server_echoes_is_hidden_in_trace_and_message()
    {
        _server.Answers(TokenAddress, """{"error":"invalid_request","error_description":"the code s3cret was malformed"}""", 400);

        var answer = await TokenEndpoint.RequestAsync(_client, new Uri(TokenAddress), [new("grant_type", "authorization_code"), new("code", "s3cret")], Ct);

        Assert.DoesNotContain("s3cret", Trace, StringComparison.Ordinal);
        Assert.DoesNotContain("s3cret", TokenEndpoint.Refusal(new Uri(TokenAddress), "the sign-in", answer.Error!).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_endless_answer_is_cut()
    {
        _server.Does(TokenAddress, () => new HttpResponseMessage { Content = new StreamContent(new Endless()) });

        var failure = await Assert.ThrowsAsync<AuthException>(() => Post());

        Assert.EndsWith("answered with more than 1 MiB", failure.Message, StringComparison.Ordinal);
    }

    private sealed class Endless : MemoryStream
    {
        public override int Read(byte[] buffer, int offset, int count) => count;

        public override int Read(Span<byte> buffer) => buffer.Length;

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => ValueTask.FromResult(buffer.Length);
    }
}
