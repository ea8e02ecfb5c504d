using System.IO.Compression;
using System.Text;
using Datagen.Auth;
using Datagen.Flows;
using Datagen.Protocol;
using Datagen.Sessions;
using Datagen.Storage;
using Unit.World;

namespace Unit.Flows;

/// <summary>What real token endpoints answer, each taken as what it means.</summary>
public sealed class TokenEndpointTests : IDisposable
{
    private const string DeviceEndpoint = "https://id.example/device_authorization";
    private const string TokenAddress = "https://id.example/token";
    private const string Token = """{"access_token":"at","token_type":"Bearer","expires_in":3600}""";

    private readonly ManualClock _clock = new();
    private readonly ScriptedServer _server = new();

    public void Dispose() => _server.Dispose();

    public static TheoryData<string, string, string, string> Answers
    {
        get
        {
            var data = new TheoryData<string, string, string, string>();
            foreach (var row in Table.Rows("Unit/Flows/token-endpoint.tsv")) data.Add(row[0], row[1], row[2], row[3]);
            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Answers))]
    public async Task An_answer_is_taken_as_what_it_means(string situation, string headers, string body, string meaning)
    {
        var status = int.Parse(situation.Split(' ')[0], System.Globalization.CultureInfo.InvariantCulture);
        if (situation.Contains("dropped", StringComparison.Ordinal)) _server.Drops(TokenAddress);
        _server.Does(TokenAddress, () => Answer(status, headers, body));
        _server.Answers(TokenAddress, Token);

        var problem = await Record.ExceptionAsync(() => situation.Contains("refresh", StringComparison.Ordinal) ? RefreshAsync() : PollAsync());

        switch (meaning)
        {
            case "go on" or "the token":
                Assert.Null(problem);
                break;
            case "go on, 7 s later":
                Assert.Null(problem);
                Assert.Equal(7, _clock.Waits[1].TotalSeconds);
                break;
            case "exit 5":
                Assert.IsType<SignInFailedException>(problem);
                break;
            case "exit 1, with 415 and the message":
                Assert.Contains("415: Unsupported Media Type", Assert.IsType<AuthException>(problem).Message, StringComparison.Ordinal);
                break;
            case "exit 1, reason answer_lost":
                Assert.Equal("answer_lost", Assert.IsType<AuthException>(problem).Reason);
                break;
            case "exit 1, hint: datagen auth login":
                Assert.Equal("run datagen auth login", Assert.IsType<AuthException>(problem).Hint);
                break;
            default:
                Assert.Fail($"nobody knows what this means: {meaning}");
                break;
        }
    }

    private async Task PollAsync()
    {
        _server.Answers(DeviceEndpoint, """{"device_code":"dc","user_code":"uc","verification_uri":"https://id.example/device","interval":5,"expires_in":900}""");
        using var grant = await new DeviceFlow(_server.Client, _clock, new SignInPrompts()).SignInAsync(
            new Uri(DeviceEndpoint), new Uri(TokenAddress), new OAuthClient("cli", null), "openid", [], TestContext.Current.CancellationToken);
        Assert.Equal("at", grant.Token.AccessToken);
    }

    private async Task RefreshAsync()
    {
        using var home = new TemporaryFolder();
        var file = new CredentialsFile(home.Path, _ => { });
        using (var held = await file.LockAsync(TimeProvider.System, null, TestContext.Current.CancellationToken))
            held!.Write(new Credential
            {
                AccessToken = "a1",
                RefreshToken = "r1",
                ExpiresAt = _clock.GetUtcNow().AddMinutes(-1),
                Issuer = "https://id.example",
                Endpoints = new Endpoints { TokenEndpoint = TokenAddress },
            });
        var options = SessionOptions.From(Product.Datagen, _ => null) with { Folder = home.Path };
        await new Session(Product.Datagen, options, _server.Client, _clock, _ => { }).GetAccessTokenAsync(cancellation: TestContext.Current.CancellationToken);
    }

    private static HttpResponseMessage Answer(int status, string headers, string body)
    {
        if (body.StartsWith("(gzip", StringComparison.Ordinal))
        {
            using var packed = new MemoryStream();
            using (var packing = new GZipStream(packed, CompressionLevel.Fastest)) packing.Write(Encoding.UTF8.GetBytes(Token));
            var answer = new HttpResponseMessage { Content = new ByteArrayContent(packed.ToArray()) };
            answer.Content.Headers.ContentEncoding.Add("gzip");
            return answer;
        }

        var plain = ScriptedServer.Answer(body, status);
        if (headers.Split(": ") is [var name, var value]) plain.Headers.TryAddWithoutValidation(name, value);
        return plain;
    }
}
