using System.Net;
using System.Net.Http.Headers;
using System.Text.Json.Nodes;
using LocalService.Hosting;
using static Referee.Visit;

namespace Referee;

/// <summary>What servers differ in, and the local service can be told to do like one of them.</summary>
public sealed class SettingsTests : IAsyncLifetime
{
    private const string Verifier = "a-code-verifier-of-more-than-forty-three-characters";

    private IdentityService _service = null!;
    private Visit _visit = null!;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _service = await IdentityService.StartAsync();
        _visit = new Visit(_service);
    }

    public async ValueTask DisposeAsync()
    {
        _visit.Dispose();
        await _service.DisposeAsync();
    }

    private static void Refuses((HttpStatusCode Status, JsonObject Body) answer, string error) =>
        Assert.Equal((HttpStatusCode.BadRequest, error), (answer.Status, (string?)answer.Body["error"]));

    private async Task<HttpStatusCode> UserInfoAsync(string accessToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"{_service.Issuer}/userinfo");
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", accessToken);
        using var response = await _visit.Http.SendAsync(request, Stop);
        return response.StatusCode;
    }

    [Theory] // The signature that each algorithm makes, checked by another implementation than made it where there is one.
    [InlineData("RS256")]
    [InlineData("PS256")]
    [InlineData("ES256")]
    [InlineData("ES384")]
    public async Task An_ID_token_is_signed_as_the_settings_say(string algorithm)
    {
        _service.Settings.IdTokenAlgorithm = algorithm;
        _service.Settings.ChangeIdToken = claims => claims["groups"] = "as one text";
        var idToken = (string)(await _visit.SignInAsync())["id_token"]!;

        var keys = new Microsoft.IdentityModel.Tokens.JsonWebKeySet(await _visit.Http.GetStringAsync($"{_service.Issuer}/jwks", Stop));
        var result = await new Microsoft.IdentityModel.JsonWebTokens.JsonWebTokenHandler().ValidateTokenAsync(idToken, new()
        {
            ValidIssuer = _service.Issuer,
            ValidAudience = Client,
            IssuerSigningKeys = keys.GetSigningKeys(),
            ValidAlgorithms = [algorithm],
        });

        Assert.True(result.IsValid, result.Exception?.Message);
        Assert.Equal("as one text", result.Claims["groups"]);
    }

    [Fact]
    public async Task What_servers_differ_in_can_be_set()
    {
        var tokens = await _visit.SignInAsync();
        var (access, refresh) = ((string)tokens["access_token"]!, (string)tokens["refresh_token"]!);
        _service.Settings.SlideAccessTokens = true;
        _service.Clock.Advance(TimeSpan.FromMinutes(40));
        Assert.Equal(HttpStatusCode.OK, await UserInfoAsync(access));
        _service.Clock.Advance(TimeSpan.FromMinutes(40));
        Assert.Equal(HttpStatusCode.OK, await UserInfoAsync(access));
        _service.Settings.SlideAccessTokens = false;
        _service.Clock.Advance(TimeSpan.FromMinutes(61));
        _service.Settings.InvalidTokenStatus = 403;
        Assert.Equal(HttpStatusCode.Forbidden, await UserInfoAsync(access));

        _service.Settings.RefuseToRevokeDeadTokens = true;
        Assert.Equal(HttpStatusCode.OK, (await _visit.PostAsync("revoke", ("token", refresh), ("client_id", Client))).Status);
        Refuses(await _visit.PostAsync("revoke", ("token", refresh), ("client_id", Client)), "invalid_request");
        _service.Settings.DeadRefreshTokenError = "invalid_client";
        Refuses(await _visit.RefreshAsync(refresh), "invalid_client");

        _service.Settings.AuthorizationError = "consent_required";
        Assert.Equal("consent_required", Query(await _visit.AuthorizeAsync(Challenge(Verifier)), "error"));
        _service.Settings.OfferAuthorization = false;
        Assert.DoesNotContain(
            "\"authorization_endpoint", await _visit.Http.GetStringAsync($"{_service.Issuer}/.well-known/openid-configuration", Stop), StringComparison.Ordinal);
        using var page = await _visit.Http.GetAsync(_visit.AuthorizationAddress(Challenge(Verifier)), Stop);
        Assert.Equal(HttpStatusCode.NotFound, page.StatusCode);
    }

    [Fact]
    public async Task An_answer_can_be_packed()
    {
        foreach (var encoding in (string[])["gzip", "deflate", "br"])
        {
            _service.Faults.Add(new LocalService.Faults.Fault("/jwks") { Encoding = encoding });
            using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false, AutomaticDecompression = DecompressionMethods.All });
            Assert.Contains("P-256", await http.GetStringAsync($"{_service.Issuer}/jwks", Stop), StringComparison.Ordinal);
        }
    }
}
