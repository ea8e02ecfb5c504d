using System.Net;
using System.Text;
using BenchmarkDotNet.Attributes;
using Datagen.Auth;
using Microsoft.Identity.Client;

namespace Library;

/// <summary>A fresh token, from the file here, from its memory there.</summary>
public class Tokens
{
    private static readonly string[] s_scopes = ["https://api.example/.default"];

    private readonly SignedIn _signedIn = new(TimeSpan.FromHours(8));
    private Session _session = null!;
    private IConfidentialClientApplication _msal = null!;

    [GlobalSetup]
    public async Task SetUp()
    {
        await Task.Delay(TimeSpan.FromSeconds(4)); // A file is not trusted to be settled before.
        _session = SignedIn.Open(_signedIn.Folder);
        await _session.GetAccessTokenAsync();
        _msal = ConfidentialClientApplicationBuilder.Create("client").WithClientSecret("secret")
            .WithAuthority(new Uri("https://login.microsoftonline.com/11111111-1111-1111-1111-111111111111"), validateAuthority: false)
            .WithInstanceDiscovery(false)
            .WithHttpClientFactory(new Stub())
            .Build();
        await _msal.AcquireTokenForClient(s_scopes).ExecuteAsync();
    }

    [GlobalCleanup]
    public void CleanUp() => _signedIn.Dispose();

    [Benchmark(Baseline = true)]
    public Task<AuthenticationResult> AcquireTokenForClient() => _msal.AcquireTokenForClient(s_scopes).ExecuteAsync();

    [Benchmark]
    public Task<AccessToken> GetAccessToken() => _session.GetAccessTokenAsync();

    private sealed class Stub : HttpMessageHandler, IMsalHttpClientFactory
    {
        public HttpClient GetHttpClient() => new(this, disposeHandler: false);

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
            Task.FromResult(new HttpResponseMessage(HttpStatusCode.OK)
            {
                Content = new StringContent("""{"token_type":"Bearer","expires_in":28800,"access_token":"aaaa"}""", Encoding.UTF8, "application/json"),
            });
    }
}
