using System.Text;
using Datagen.Auth;
using Unit.World;

namespace Unit;

/// <summary>One session for many threads, and a file that other processes write.</summary>
public sealed class SharedSessionTests : IDisposable
{
    private const string TokenAddress = "https://id.example/token";

    private readonly TemporaryFolder _home = new();
    private readonly ScriptedServer _server = new();
    private readonly Session _session;

    public SharedSessionTests() => _session = new Session(
        Product.Datagen,
        SessionOptions.From(Product.Datagen, _ => null) with { Folder = _home.Path },
        _server.Client, TimeProvider.System, _ => { });

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private string FilePath => _home["credentials.json"];

    public void Dispose()
    {
        _server.Dispose();
        _home.Dispose();
    }

    private void Put(string token, int minutes = 60, string? path = null)
    {
        path ??= FilePath;
        var now = DateTimeOffset.UtcNow;
        File.WriteAllBytes(path, Encoding.UTF8.GetBytes($$"""
            {"access_token":"{{token}}","stored_at":"{{now:yyyy-MM-ddTHH:mm:ssZ}}","expires_at":"{{now.AddMinutes(minutes):yyyy-MM-ddTHH:mm:ssZ}}","refresh_token":"r1",
             "issuer":"https://id.example","client_id":"cli","endpoints":{"token_endpoint":"{{TokenAddress}}"} }
            """));
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
    }

    private async Task<string> Token() => (await _session.GetAccessTokenAsync(cancellation: Ct)).Value;

    [Fact]
    public async Task What_another_process_writes_is_what_the_next_call_gives()
    {
        Put("a1");
        Assert.Equal("a1", await Token());

        Put("a2"); // In place, of the same size.
        Assert.Equal("a2", await Token());

        Put("a3", path: _home["other"]);
        File.Move(_home["other"], FilePath, overwrite: true);
        Assert.Equal("a3", await Token());

        File.Delete(FilePath);
        await Assert.ThrowsAsync<NotSignedInException>(Token);
    }

    [Fact]
    public async Task Threads_that_find_an_expired_token_share_one_refresh()
    {
        Put("a1", minutes: -5);
        var answer = new TaskCompletionSource<HttpResponseMessage>();
        _server.Does(TokenAddress, _ => answer.Task);

        var callers = Enumerable.Range(0, 1000).Select(_ => Task.Run(Token, Ct)).ToList();
        while (_server.Requests.Count == 0) await Task.Yield();
        answer.SetResult(ScriptedServer.Answer("""{"access_token":"a2","token_type":"Bearer","expires_in":3600,"refresh_token":"r2"}"""));

        Assert.All(await Task.WhenAll(callers), token => Assert.Equal("a2", token));
        Assert.Single(_server.Requests);
    }

    [Fact]
    public async Task One_who_gives_up_leaves_the_refresh_to_the_others()
    {
        Put("a1", minutes: -5);
        var answer = new TaskCompletionSource<HttpResponseMessage>();
        _server.Does(TokenAddress, _ => answer.Task);
        using var impatient = new CancellationTokenSource();

        var first = _session.GetAccessTokenAsync(cancellation: impatient.Token);
        var second = Token();
        await impatient.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);
        answer.SetResult(ScriptedServer.Answer("""{"access_token":"a2","token_type":"Bearer","expires_in":3600,"refresh_token":"r2"}"""));

        Assert.Equal("a2", await second);
        Assert.Single(_server.Requests);
    }

    [Fact]
    public async Task A_refresh_that_fails_is_tried_again_by_the_next_call()
    {
        Put("a1", minutes: -5);
        _server.Drops(TokenAddress).Answers(TokenAddress, """{"access_token":"a2","token_type":"Bearer","expires_in":3600}""");

        await Assert.ThrowsAsync<ServiceUnreachableException>(Token);

        Assert.Equal("a2", await Token());
    }
}
