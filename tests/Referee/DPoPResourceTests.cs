using System.Net;
using System.Net.Http.Headers;
using System.Text.Json.Nodes;
using LocalService.Hosting;
using static Referee.Visit;

namespace Referee;

/// <summary>RFC 9449 7 and 9: at UserInfo, and at the API.</summary>
public sealed class DPoPResourceTests : IAsyncLifetime
{
    private readonly Prover _prover = new();

    private IdentityService _service = null!;
    private Visit _visit = null!;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private DateTimeOffset Now => _service.Clock.GetUtcNow();

    public async ValueTask InitializeAsync()
    {
        _service = await IdentityService.StartAsync();
        _visit = new Visit(_service);
    }

    public async ValueTask DisposeAsync()
    {
        _visit.Dispose();
        _prover.Dispose();
        await _service.DisposeAsync();
    }

    private async Task<JsonObject> SignInAsync()
    {
        _visit.Proofs.Enqueue([]); // For the device's own request, which has none.
        _visit.Proofs.Enqueue([_prover.Prove("POST", $"{_service.Issuer}/token", Now)]);
        return await _visit.SignInAsync();
    }

    private async Task<(HttpStatusCode Status, string Challenge, string? Nonce)> AskAsync(
        string path, string scheme, string token, params string[] proofs)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"{_service.Issuer}/{path}");
        request.Headers.Authorization = new AuthenticationHeaderValue(scheme, token);
        if (proofs.Length > 0) request.Headers.Add("DPoP", proofs);
        using var response = await _visit.Http.SendAsync(request, Stop);
        return (
            response.StatusCode,
            response.Headers.WwwAuthenticate.ToString(),
            response.Headers.TryGetValues("DPoP-Nonce", out var nonces) ? nonces.Single() : null);
    }

    private string ProofFor(string path, string token, Action<JsonObject, JsonObject>? change = null) =>
        _prover.Prove("GET", $"{_service.Issuer}/{path}", Now, token, change);

    [Fact]
    public async Task A_bound_token_wants_its_scheme_its_proof_and_its_hash()
    {
        using var other = new Prover();
        var token = (string)(await SignInAsync())["access_token"]!;
        foreach (var path in (string[])["userinfo", "api/things"])
        {
            Assert.Equal(HttpStatusCode.OK, (await AskAsync(path, "DPoP", token, ProofFor(path, token))).Status);

            async Task RefusesAsync(string error, HttpStatusCode status, string scheme, params string[] proofs)
            {
                var answer = await AskAsync(path, scheme, token, proofs);
                Assert.Equal(status, answer.Status);
                Assert.Contains($"error=\"{error}\"", answer.Challenge, StringComparison.Ordinal);
            }

            await RefusesAsync("invalid_token", HttpStatusCode.Unauthorized, "Bearer");
            await RefusesAsync("invalid_request", HttpStatusCode.BadRequest, "Bearer", ProofFor(path, token));
            await RefusesAsync("invalid_dpop_proof", HttpStatusCode.Unauthorized, "DPoP");
            await RefusesAsync("invalid_dpop_proof", HttpStatusCode.Unauthorized, "DPoP", ProofFor(path, token, (_, claims) => claims.Remove("ath")));
            await RefusesAsync("invalid_dpop_proof", HttpStatusCode.Unauthorized, "DPoP", ProofFor(path, "another token"));
            await RefusesAsync("invalid_dpop_proof", HttpStatusCode.Unauthorized, "DPoP", ProofFor("jwks", token));
            await RefusesAsync(
                "invalid_token", HttpStatusCode.Unauthorized, "DPoP", other.Prove("GET", $"{_service.Issuer}/{path}", Now, token));
            var once = ProofFor(path, token);
            Assert.Equal(HttpStatusCode.OK, (await AskAsync(path, "DPoP", token, once)).Status);
            await RefusesAsync("invalid_dpop_proof", HttpStatusCode.Unauthorized, "DPoP", once);
        }
    }

    [Fact]
    public async Task An_unbound_token_is_for_Bearer_alone()
    {
        var token = (string)(await _visit.SignInAsync())["access_token"]!;

        Assert.Equal(HttpStatusCode.OK, (await AskAsync("userinfo", "Bearer", token)).Status);
        Assert.Equal(HttpStatusCode.Unauthorized, (await AskAsync("userinfo", "DPoP", token, ProofFor("userinfo", token))).Status);
    }

    [Fact]
    public async Task Whoever_shows_nothing_is_told_both_schemes()
    {
        using var response = await _visit.Http.GetAsync($"{_service.Issuer}/userinfo", Stop);

        Assert.Equal(["Bearer", "DPoP algs=\"ES256 EdDSA\""], response.Headers.WwwAuthenticate.Select(challenge => challenge.ToString()));
    }

    [Fact]
    public async Task A_nonce_is_demanded_at_resources()
    {
        var token = (string)(await SignInAsync())["access_token"]!;
        _service.Settings.DemandDPoPNonceAtResources = true;

        var (status, challenge, nonce) = await AskAsync("userinfo", "DPoP", token, ProofFor("userinfo", token));

        Assert.Equal(HttpStatusCode.Unauthorized, status);
        Assert.Contains("error=\"use_dpop_nonce\"", challenge, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, (await AskAsync("userinfo", "DPoP", token, ProofFor("userinfo", token, (_, claims) => claims["nonce"] = nonce))).Status);
    }
}
