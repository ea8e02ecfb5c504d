using System.Buffers.Text;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using LocalService.Hosting;

namespace Referee;

/// <summary>A client that says exactly what a test makes it say; nothing of the product's own code takes part.</summary>
internal sealed class Visit(IdentityService service) : IDisposable
{
    public const string You = "you@yourcompany.com";
    public const string Client = "datagen-cli";
    public const string RedirectUri = "http://127.0.0.1:9/callback"; // Nobody listens there: the redirect is only looked at.
    public const string DeviceGrant = "urn:ietf:params:oauth:grant-type:device_code";

    private readonly HttpClient _http = new(new SocketsHttpHandler { AllowAutoRedirect = false, UseProxy = false });

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public HttpClient Http => _http;

    /// <summary>Sent with every post, one after another, until there is none left: proofs are good once.</summary>
    public Queue<string[]> Proofs { get; } = new();

    /// <summary>The nonce of the last answer.</summary>
    public string? Nonce { get; private set; }

    public async Task<(HttpStatusCode Status, JsonObject Body)> PostAsync(string path, params (string Name, string Value)[] form)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, $"{service.Issuer}/{path}")
        {
            Content = new FormUrlEncodedContent(form.Select(field => KeyValuePair.Create(field.Name, field.Value))),
        };
        if (Proofs.TryDequeue(out var proofs)) request.Headers.Add("DPoP", proofs);
        using var response = await _http.SendAsync(request, Stop);
        Nonce = response.Headers.TryGetValues("DPoP-Nonce", out var nonces) ? nonces.Single() : null;
        var text = await response.Content.ReadAsStringAsync(Stop);
        return (response.StatusCode, text.Length == 0 ? [] : JsonNode.Parse(text)!.AsObject());
    }

    public async Task<JsonObject> StartDeviceAsync() =>
        (await PostAsync("device_authorization", ("client_id", Client), ("scope", "openid email offline_access"))).Body;

    public Task<(HttpStatusCode Status, JsonObject Body)> PollAsync(JsonObject device, string client = Client) =>
        PostAsync("token", ("grant_type", DeviceGrant), ("device_code", (string)device["device_code"]!), ("client_id", client));

    public async Task<JsonObject> SignInAsync()
    {
        var device = await StartDeviceAsync();
        using var browser = service.NewBrowser();
        await browser.ApproveDeviceAsync(new Uri((string)device["verification_uri_complete"]!), You, Stop);
        return (await PollAsync(device)).Body;
    }

    public Task<(HttpStatusCode Status, JsonObject Body)> RefreshAsync(string refreshToken, string client = Client) =>
        PostAsync("token", ("grant_type", "refresh_token"), ("refresh_token", refreshToken), ("client_id", client));

    public Uri AuthorizationAddress(string challenge, string method = "S256", string more = "") => new(
        $"{service.Issuer}/authorize?response_type=code&client_id={Client}&redirect_uri={Uri.EscapeDataString(RedirectUri)}"
        + $"&scope=openid%20offline_access&state=s&code_challenge={challenge}&code_challenge_method={method}{more}");

    /// <summary>Where the person is sent in the end.</summary>
    public async Task<Uri> AuthorizeAsync(string challenge, string method = "S256", bool approve = true, string more = "")
    {
        using var browser = service.NewBrowser();
        return await browser.AuthorizeAsync(AuthorizationAddress(challenge, method, more), You, approve, Stop);
    }

    public Task<(HttpStatusCode Status, JsonObject Body)> RedeemAsync(string code, string verifier, string redirectUri = RedirectUri) => PostAsync(
        "token",
        ("grant_type", "authorization_code"), ("code", code), ("redirect_uri", redirectUri), ("client_id", Client), ("code_verifier", verifier));

    public static string Challenge(string verifier) => Base64Url.EncodeToString(SHA256.HashData(Encoding.ASCII.GetBytes(verifier)));

    public static string Query(Uri address, string name) => System.Web.HttpUtility.ParseQueryString(address.Query)[name] ?? "";

    public void Dispose() => _http.Dispose();
}
