using Datagen.Auth;
using Datagen.Flows;
using Datagen.Protocol;
using Datagen.Sessions;
using Unit.World;

namespace Unit.Protocol;

public sealed class ServiceClientTests
{
    [Fact]
    public async Task A_secret_that_comes_back_as_the_type_of_a_token_is_hidden()
    {
        var server = new ScriptedServer().Answers("https://id.example/token", """{"access_token":"at","token_type":"rt-s3cret"}""");

        var failure = await Assert.ThrowsAnyAsync<AuthException>(() => TokenEndpoint.RequestAsync(
            server.Client, new Uri("https://id.example/token"), [new("refresh_token", "rt-s3cret")], TestContext.Current.CancellationToken));

        Assert.Contains("token_type is [redacted]", failure.Message, StringComparison.Ordinal);
    }

    // Plain http is allowed on loopback because it does not leave the machine. To a proxy it would, token and all.
    [Fact]
    public async Task What_goes_to_this_machine_goes_through_no_proxy()
    {
        using var server = new LoopbackListener(0);
        using var proxy = new LoopbackListener(0);
        using var http = Connections.CreateHttpClient("test/1.0", proxies: new ProxySettings(_ => proxy.RedirectUri.GetLeftPart(UriPartial.Authority)));

        var answer = new ServiceClient(_ => http)
            .GetAsync(server.RedirectUri, Authorize.For(new AccessToken("s3cret-token", null, null)), Limits.AnswerBytes, TestContext.Current.CancellationToken);

        await Task.WhenAny(answer, Served());
        Assert.False(answer.IsCompleted, "the proxy has answered it");

        async Task Served()
        {
            using var request = await server.NextAsync(TestContext.Current.CancellationToken);
        }
    }
}
