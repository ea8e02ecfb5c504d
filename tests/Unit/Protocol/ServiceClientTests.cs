using System.Net;
using Datagen.Auth.Flows;
using Datagen.Auth.Protocol;

namespace Unit.Protocol;

public sealed class ServiceClientTests
{
    // Plain http is allowed on loopback because it does not leave the machine. To a proxy it would, token and all.
    [Fact]
    public async Task What_goes_to_this_machine_goes_through_no_proxy()
    {
        using var server = new LoopbackListener(0);
        using var proxy = new LoopbackListener(0);
        var usual = HttpClient.DefaultProxy;
        HttpClient.DefaultProxy = new WebProxy(proxy.RedirectUri);
        try
        {
            using var http = ServiceClient.CreateHttpClient("test/1.0");
            var answer = new ServiceClient(_ => http)
                .GetAsync(server.RedirectUri, "s3cret-token", null, ServiceClient.UsualMaximumBytes, TestContext.Current.CancellationToken);

            await Task.WhenAny(answer, Served());
            Assert.False(answer.IsCompleted, "the proxy has answered it");
        }
        finally
        {
            HttpClient.DefaultProxy = usual;
        }

        async Task Served()
        {
            using var request = await server.NextAsync(TestContext.Current.CancellationToken);
        }
    }
}
