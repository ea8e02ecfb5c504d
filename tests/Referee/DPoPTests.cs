using System.Net;
using System.Net.Http.Headers;
using System.Text.Json.Nodes;
using LocalService.Hosting;
using static Referee.Visit;

namespace Referee;

/// <summary>RFC 9449, of the service that judges the client's proofs.</summary>
public sealed class DPoPTests : IAsyncLifetime
{
    private const string Verifier = "a-code-verifier-of-more-than-forty-three-characters";

    private readonly Prover _prover = new();

    private IdentityService _service = null!;
    private Visit _visit = null!;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private string TokenAddress => $"{_service.Issuer}/token";

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

    private static void Refuses((HttpStatusCode Status, JsonObject Body) answer, string error) =>
        Assert.Equal((HttpStatusCode.BadRequest, error), (answer.Status, (string?)answer.Body["error"]));

    private static void Gives((HttpStatusCode Status, JsonObject Body) answer, string tokenType) =>
        Assert.Equal((HttpStatusCode.OK, tokenType), (answer.Status, (string?)answer.Body["token_type"]));

    private void Prove(Action<JsonObject, JsonObject>? change = null) =>
        _visit.Proofs.Enqueue([_prover.Prove("POST", TokenAddress, Now, change: change)]);

    /// <summary>A device code that a person has approved.</summary>
    private async Task<JsonObject> ApprovedDeviceAsync()
    {
        var device = await _visit.StartDeviceAsync();
        using var browser = _service.NewBrowser();
        await browser.ApproveDeviceAsync(new Uri((string)device["verification_uri_complete"]!), You, Stop);
        return device;
    }

    private async Task<JsonObject> SignInAsync()
    {
        var device = await ApprovedDeviceAsync();
        Prove();
        var answer = await _visit.PollAsync(device);
        Gives(answer, "DPoP");
        return answer.Body;
    }

    [Fact]
    public async Task The_metadata_names_the_algorithms_or_nothing()
    {
        async Task<JsonNode?> AlgorithmsAsync() =>
            JsonNode.Parse(await _visit.Http.GetStringAsync($"{_service.Issuer}/.well-known/openid-configuration", Stop))!["dpop_signing_alg_values_supported"];

        Assert.Equal(["ES256", "EdDSA"], (await AlgorithmsAsync())!.AsArray().Select(name => (string?)name));
        _service.Settings.DPoPAlgorithms = [];
        Assert.Null(await AlgorithmsAsync());
    }

    [Fact]
    public async Task A_service_without_DPoP_ignores_the_proof()
    {
        _service.Settings.DPoPAlgorithms = [];
        var device = await ApprovedDeviceAsync();
        _visit.Proofs.Enqueue(["nonsense"]);

        var answer = await _visit.PollAsync(device);

        Gives(answer, "Bearer");
        using var request = new HttpRequestMessage(HttpMethod.Get, $"{_service.Issuer}/userinfo");
        request.Headers.Authorization = new AuthenticationHeaderValue("DPoP", (string?)answer.Body["access_token"]);
        using var asked = await _visit.Http.SendAsync(request, Stop);
        Assert.Equal((HttpStatusCode.Unauthorized, "Bearer"), (asked.StatusCode, asked.Headers.WwwAuthenticate.ToString()));
    }

    public static TheoryData<string, Action<JsonObject, JsonObject>> Wrong => new()
    {
        { "typ", (header, _) => header["typ"] = "JWT" },
        { "no typ", (header, _) => header.Remove("typ") },
        { "alg none", (header, _) => header["alg"] = "none" },
        { "alg HS256", (header, _) => header["alg"] = "HS256" },
        { "alg of another key", (header, _) => header["alg"] = "EdDSA" },
        { "no jwk", (header, _) => header.Remove("jwk") },
        { "x is shorter", (header, _) => header["jwk"]!["x"] = ((string)header["jwk"]!["x"]!)[..40] },
        { "a point that is none", (header, _) => header["jwk"]!["x"] = header["jwk"]!["y"]!.DeepClone() },
        { "htm", (_, claims) => claims["htm"] = "GET" },
        { "htm in lower case", (_, claims) => claims["htm"] = "post" },
        { "htu with a slash", (_, claims) => claims["htu"] = $"{claims["htu"]}/" },
        { "htu with a query", (_, claims) => claims["htu"] = $"{claims["htu"]}?a=b" },
        { "htu by another name", (_, claims) => claims["htu"] = ((string)claims["htu"]!).Replace("127.0.0.1", "localhost", StringComparison.Ordinal) },
        { "no htu", (_, claims) => claims.Remove("htu") },
        { "no jti", (_, claims) => claims.Remove("jti") },
        { "a short jti", (_, claims) => claims["jti"] = "1" },
        { "no iat", (_, claims) => claims.Remove("iat") },
        { "iat as text", (_, claims) => claims["iat"] = $"{claims["iat"]}" },
        { "iat 6 minutes ago", (_, claims) => claims["iat"] = (long)claims["iat"]! - 360 },
        { "iat in 10 seconds", (_, claims) => claims["iat"] = (long)claims["iat"]! + 10 },
    };

    [Theory]
    [MemberData(nameof(Wrong))]
    public async Task A_wrong_proof_is_refused_and_spends_nothing(string what, Action<JsonObject, JsonObject> change)
    {
        Assert.NotEmpty(what);
        var device = await ApprovedDeviceAsync();
        Prove(change);
        Refuses(await _visit.PollAsync(device), "invalid_dpop_proof");

        Prove();
        Gives(await _visit.PollAsync(device), "DPoP");
    }

    [Fact]
    public async Task Two_proofs_a_private_key_and_another_signature_are_refused()
    {
        using var other = new Prover();
        var device = await ApprovedDeviceAsync();
        _visit.Proofs.Enqueue([_prover.Prove("POST", TokenAddress, Now), _prover.Prove("POST", TokenAddress, Now)]);
        Refuses(await _visit.PollAsync(device), "invalid_dpop_proof");
        Prove((header, _) => header["jwk"] = _prover.PrivateJwk);
        Refuses(await _visit.PollAsync(device), "invalid_dpop_proof");
        Prove((header, _) => header["jwk"] = other.Jwk);
        Refuses(await _visit.PollAsync(device), "invalid_dpop_proof");
    }

    [Fact]
    public async Task A_proof_is_good_once_and_its_identifier_too()
    {
        var refreshToken = (string)(await SignInAsync())["refresh_token"]!;
        var proof = _prover.Prove("POST", TokenAddress, Now, change: (_, claims) => claims["jti"] = "the-same-jti-again");
        _visit.Proofs.Enqueue([proof]);
        var refreshed = await _visit.RefreshAsync(refreshToken);
        Gives(refreshed, "DPoP");

        _visit.Proofs.Enqueue([proof]);
        Refuses(await _visit.RefreshAsync((string)refreshed.Body["refresh_token"]!), "invalid_dpop_proof");
        Prove((_, claims) => claims["jti"] = "the-same-jti-again");
        Refuses(await _visit.RefreshAsync((string)refreshed.Body["refresh_token"]!), "invalid_dpop_proof");
    }

    [Fact]
    public async Task A_refresh_token_is_bound_to_the_key_and_the_wrong_one_spends_nothing()
    {
        using var other = new Prover();
        var refreshToken = (string)(await SignInAsync())["refresh_token"]!;

        Refuses(await _visit.RefreshAsync(refreshToken), "invalid_grant");
        _visit.Proofs.Enqueue([other.Prove("POST", TokenAddress, Now)]);
        Refuses(await _visit.RefreshAsync(refreshToken), "invalid_grant");

        Prove();
        Gives(await _visit.RefreshAsync(refreshToken), "DPoP");
    }

    [Fact]
    public async Task An_older_session_gets_a_bound_access_token_and_its_refresh_token_stays_unbound()
    {
        var refreshToken = (string)(await _visit.SignInAsync())["refresh_token"]!;
        Prove();
        var bound = await _visit.RefreshAsync(refreshToken);
        Gives(bound, "DPoP");

        Gives(await _visit.RefreshAsync((string)bound.Body["refresh_token"]!), "Bearer");
    }

    [Fact]
    public async Task A_nonce_is_demanded_at_the_token_endpoint_and_goes_out_of_date()
    {
        _service.Settings.DemandDPoPNonceAtTokenEndpoint = true;
        var device = await ApprovedDeviceAsync();
        Prove();
        Refuses(await _visit.PollAsync(device), "use_dpop_nonce");
        var nonce = _visit.Nonce;
        Prove((_, claims) => claims["nonce"] = "made up");
        Refuses(await _visit.PollAsync(device), "use_dpop_nonce");
        Prove((_, claims) => claims["nonce"] = nonce);
        var answer = await _visit.PollAsync(device);
        Gives(answer, "DPoP");
        var next = _visit.Nonce;
        Assert.NotNull(next);

        _service.Clock.Advance(TimeSpan.FromMinutes(3));
        Prove((_, claims) => claims["nonce"] = next);
        Refuses(await _visit.RefreshAsync((string)answer.Body["refresh_token"]!), "use_dpop_nonce");
        Prove((_, claims) => claims["nonce"] = _visit.Nonce);
        Gives(await _visit.RefreshAsync((string)answer.Body["refresh_token"]!), "DPoP");
    }

    [Fact]
    public async Task A_retry_with_the_nonce_needs_a_new_identifier()
    {
        _service.Settings.DemandDPoPNonceAtTokenEndpoint = true;
        var device = await ApprovedDeviceAsync();
        Prove((_, claims) => claims["jti"] = "the-same-jti-again");
        Refuses(await _visit.PollAsync(device), "use_dpop_nonce");

        Prove((_, claims) => (claims["jti"], claims["nonce"]) = ("the-same-jti-again", _visit.Nonce));
        Refuses(await _visit.PollAsync(device), "invalid_dpop_proof");
    }

    [Fact]
    public async Task An_authorization_code_is_bound_to_the_key_of_its_request()
    {
        using var other = new Prover();
        var code = Query(await _visit.AuthorizeAsync(Challenge(Verifier), more: $"&dpop_jkt={_prover.Thumbprint}"), "code");
        Refuses(await _visit.RedeemAsync(code, Verifier), "invalid_grant");
        _visit.Proofs.Enqueue([other.Prove("POST", TokenAddress, Now)]);
        Refuses(await _visit.RedeemAsync(code, Verifier), "invalid_grant");

        Prove();
        Gives(await _visit.RedeemAsync(code, Verifier), "DPoP");
        Assert.Equal("invalid_request", Query(await _visit.AuthorizeAsync(Challenge(Verifier), more: "&dpop_jkt=short"), "error"));
    }

    [Fact]
    public async Task An_Ed25519_key_proves_as_well()
    {
        // RFC 8037 appendix A: its key, and the thumbprint that it states.
        var key = new Org.BouncyCastle.Crypto.Parameters.Ed25519PrivateKeyParameters(
            System.Buffers.Text.Base64Url.DecodeFromChars("nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A"));
        string ProofBy(string algorithm)
        {
            var header = new JsonObject
            {
                ["typ"] = "dpop+jwt",
                ["alg"] = algorithm,
                ["jwk"] = new JsonObject { ["kty"] = "OKP", ["crv"] = "Ed25519", ["x"] = "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo" },
            };
            var claims = new JsonObject { ["jti"] = Guid.NewGuid().ToString(), ["htm"] = "POST", ["htu"] = TokenAddress, ["iat"] = Now.ToUnixTimeSeconds() };
            var parts = ((JsonObject[])[header, claims]).Select(part =>
                System.Buffers.Text.Base64Url.EncodeToString(System.Text.Encoding.UTF8.GetBytes(part.ToJsonString())));
            var text = string.Join('.', parts);
            var signer = new Org.BouncyCastle.Crypto.Signers.Ed25519Signer();
            signer.Init(true, key);
            signer.BlockUpdate(System.Text.Encoding.ASCII.GetBytes(text), 0, text.Length);
            return $"{text}.{System.Buffers.Text.Base64Url.EncodeToString(signer.GenerateSignature())}";
        }

        var code = Query(await _visit.AuthorizeAsync(Challenge(Verifier), more: "&dpop_jkt=kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"), "code");
        _visit.Proofs.Enqueue([ProofBy("Ed25519")]);
        Refuses(await _visit.RedeemAsync(code, Verifier), "invalid_dpop_proof"); // The metadata has the older name.
        _visit.Proofs.Enqueue([ProofBy("EdDSA")]);
        Gives(await _visit.RedeemAsync(code, Verifier), "DPoP");
    }
}
