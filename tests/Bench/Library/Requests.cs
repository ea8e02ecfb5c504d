using System.Net;
using BenchmarkDotNet.Attributes;
using Datagen.Auth;

namespace Library;

/// <summary>A request with the handler, and the same one without.</summary>
public class Requests
{
    private static readonly Uri s_address = new("https://api.datagen.example/v1/datasets");

    private readonly SignedIn _signedIn = new(TimeSpan.FromHours(8));
    private HttpMessageInvoker _plain = null!;
    private HttpMessageInvoker _authorized = null!;

    [GlobalSetup]
    public async Task SetUp()
    {
        await Task.Delay(TimeSpan.FromSeconds(4));
        _plain = new HttpMessageInvoker(new Stub());
        _authorized = new HttpMessageInvoker(new AuthorizationHandler(SignedIn.Open(_signedIn.Folder), s_address) { InnerHandler = new Stub() });
        await Authorized();
    }

    [GlobalCleanup]
    public void CleanUp()
    {
        _plain.Dispose();
        _authorized.Dispose();
        _signedIn.Dispose();
    }

    [Benchmark(Baseline = true)]
    public async Task<HttpStatusCode> Plain()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, s_address);
        using var response = await _plain.SendAsync(request, CancellationToken.None);
        return response.StatusCode;
    }

    [Benchmark]
    public async Task<HttpStatusCode> Authorized()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, s_address);
        using var response = await _authorized.SendAsync(request, CancellationToken.None);
        return response.StatusCode;
    }

    private sealed class Stub : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
            Task.FromResult(new HttpResponseMessage(HttpStatusCode.OK));
    }
}
