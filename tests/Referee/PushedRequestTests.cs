using System.Net;
using System.Text.Json.Nodes;
using LocalService.Hosting;
using static Referee.Visit;

namespace Referee;

/// <summary>RFC 9126.</summary>
public sealed class PushedRequestTests : IAsyncLifetime
{
    private const string Verifier = "a-code-verifier-of-more-than-forty-three-characters";

    private IdentityService _service = null!;
    private Visit _visit = null!;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private static (string Name, string Value)[] Request =>
    [
        ("client_id", Client), ("response_type", "code"), ("redirect_uri", RedirectUri), ("scope", "openid offline_access"), ("state", "s"),
        ("code_challenge", Challenge(Verifier)), ("code_challenge_method", "S256"),
    ];

    public async ValueTask InitializeAsync()
    {
        _service = await IdentityService.StartAsync(new ServiceOptions { Settings = { OfferPushedRequests = true } });
        _visit = new Visit(_service);
    }

    public async ValueTask DisposeAsync()
    {
        _visit.Dispose();
        await _service.DisposeAsync();
    }

    private async Task<string> PushAsync(params (string Name, string Value)[] more)
    {
        var (status, body) = await _visit.PostAsync("par", [.. Request, .. more]);
        Assert.Equal((HttpStatusCode.Created, 60), (status, (int?)body["expires_in"]));
        return (string)body["request_uri"]!;
    }

    private async Task<Uri> OpenAsync(string requestUri, string client = Client, string more = "")
    {
        using var browser = _service.NewBrowser();
        return await browser.AuthorizeAsync(
            new Uri($"{_service.Issuer}/authorize?client_id={client}&request_uri={Uri.EscapeDataString(requestUri)}{more}"), You, cancellationToken: Stop);
    }

    private async Task RefusesAsync(string error, params (string Name, string Value)[] form)
    {
        var (status, body) = await _visit.PostAsync("par", form);
        Assert.Equal((HttpStatusCode.BadRequest, error), (status, (string?)body["error"]));
    }

    [Fact]
    public async Task A_pushed_request_gives_a_code_once()
    {
        var requestUri = await PushAsync();
        Assert.StartsWith("urn:ietf:params:oauth:request_uri:", requestUri, StringComparison.Ordinal);

        var sentTo = await OpenAsync(requestUri, more: "&scope=email&state=another"); // What stands beside it does not count.

        Assert.Equal("s", Query(sentTo, "state"));
        Assert.Equal(HttpStatusCode.OK, (await _visit.RedeemAsync(Query(sentTo, "code"), Verifier)).Status);
        await Assert.ThrowsAsync<InvalidOperationException>(() => OpenAsync(requestUri));
    }

    [Fact]
    public async Task It_belongs_to_its_client_and_waits_a_minute()
    {
        await Assert.ThrowsAsync<InvalidOperationException>(async () => await OpenAsync(await PushAsync(), "genlabz-cli"));
        var old = await PushAsync();
        _service.Clock.Advance(TimeSpan.FromSeconds(61));
        await Assert.ThrowsAsync<InvalidOperationException>(() => OpenAsync(old));
        await Assert.ThrowsAsync<InvalidOperationException>(() => OpenAsync("urn:ietf:params:oauth:request_uri:made-up"));
    }

    [Fact]
    public async Task What_is_wrong_is_told_at_the_push()
    {
        await RefusesAsync("invalid_request", [.. Request.Where(field => field.Name != "code_challenge")]);
        await RefusesAsync("invalid_request", [.. Request.Where(field => field.Name != "redirect_uri"), ("redirect_uri", "http://127.0.0.1/elsewhere")]);
        await RefusesAsync("invalid_scope", [.. Request.Where(field => field.Name != "scope"), ("scope", "everything")]);
        await RefusesAsync("invalid_request", [.. Request, ("request_uri", "urn:ietf:params:oauth:request_uri:x")]);
        var (status, body) = await _visit.PostAsync("par", ("client_id", "nobody"));
        Assert.Equal((HttpStatusCode.Unauthorized, "invalid_client"), (status, (string?)body["error"]));
    }

    [Fact]
    public async Task Where_pushing_is_required_a_plain_request_is_refused()
    {
        _service.Settings.RequirePushedRequests = true;

        Assert.Equal("invalid_request", Query(await _visit.AuthorizeAsync(Challenge(Verifier)), "error"));
        Assert.NotEmpty(Query(await OpenAsync(await PushAsync()), "code"));
        var metadata = JsonNode.Parse(await _visit.Http.GetStringAsync($"{_service.Issuer}/.well-known/openid-configuration", Stop))!;
        Assert.Equal(($"{_service.Issuer}/par", true), ((string?)metadata["pushed_authorization_request_endpoint"], (bool?)metadata["require_pushed_authorization_requests"]));
    }

    [Fact]
    public async Task It_can_be_offered_and_refused_or_not_offered()
    {
        _service.Settings.RefusePushedRequests = true;
        await RefusesAsync("invalid_request", Request);
        Assert.NotEmpty(Query(await _visit.AuthorizeAsync(Challenge(Verifier)), "code"));
        _service.Settings.OfferPushedRequests = false;
        Assert.Equal(HttpStatusCode.NotFound, (await _visit.PostAsync("par", Request)).Status);
    }

    [Fact]
    public async Task A_proof_at_the_push_binds_the_code()
    {
        using var prover = new Prover();
        using var other = new Prover();
        string Proof(Prover by, string path) => by.Prove("POST", $"{_service.Issuer}/{path}", _service.Clock.GetUtcNow());
        _visit.Proofs.Enqueue([Proof(prover, "par")]);
        await RefusesAsync("invalid_dpop_proof", [.. Request, ("dpop_jkt", other.Thumbprint)]);
        _visit.Proofs.Enqueue([Proof(prover, "par")]);
        var code = Query(await OpenAsync(await PushAsync()), "code");

        Assert.Equal("invalid_grant", (string?)(await _visit.RedeemAsync(code, Verifier)).Body["error"]);
        _visit.Proofs.Enqueue([Proof(prover, "token")]);
        Assert.Equal("DPoP", (string?)(await _visit.RedeemAsync(code, Verifier)).Body["token_type"]);
    }
}
