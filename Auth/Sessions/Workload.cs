using Datagen.Auth;
using Datagen.Protocol;
using Datagen.Storage;

namespace Datagen.Sessions;

/// <summary>A machine that signs in by what it is, with no person and no state on disk: its access token is kept in memory alone.</summary>
internal sealed class Workload(Product product, SessionOptions options, ServiceClient service, TimeProvider clock) : TokenSource(product)
{
    private readonly Lock _lock = new();
    private Origin _origin = Origin.Of(options);
    private HeldToken? _held;
    private Task<HeldToken>? _fetching;
    private DpopProofs? _proofs;

    private string Variable => Product.Variable("GRANT");

    public override Task<AccessToken> GetAsync(TimeSpan minimumValidity, bool refresh, CancellationToken cancellation) =>
        TokenAsync(minimumValidity, refused: null, refresh, cancellation);

    public override Task<AccessToken> ReplaceAsync(AccessToken refused, CancellationToken cancellation) =>
        TokenAsync(TimeSpan.Zero, refused.Value, anew: false, cancellation);

    // A workload need not be anybody whom UserInfo knows; that the server gave it a token says that it is signed in.
    public override async Task<Identity> GetIdentityAsync(CancellationToken cancellation)
    {
        var token = await TokenAsync(TimeSpan.Zero, refused: null, anew: false, cancellation).ConfigureAwait(false);
        var origin = await OriginAsync(cancellation).ConfigureAwait(false);
        var claims = origin.Endpoints!.UserinfoEndpoint is null ? null : await UserInfo.GetAsync(
            service,
            origin.UserinfoEndpoint,
            Authorize.For(token),
            token.Organization is null ? null : Authorize.For(token, actsForOrganization: false),
            cancellation,
            mayBeNobody: true).ConfigureAwait(false);
        if (claims is null) return new Identity(null, token.Organization, [], [], token.ExpiresAt);
        var identity = WhoIs.Of(claims, token);
        if (options.Organization is { } organization && claims.Memberships is not null)
            WhoIs.RequireMember(identity, organization, Product, Product.Variable("ORG"));
        return Product.HasOrganizations ? identity : identity with { ActiveOrgSlug = null };
    }

    public override Origin FindOrigin() => _origin;

    public override StoredSession RequireStored(string what) => throw new AuthException(
        $"can't {what} while {Variable} is set: this machine signs in by what it is, without the file", $"unset {Variable}");

    /// <param name="minimumValidity">How long the token should live from now.</param>
    /// <param name="refused">A token that does not do.</param>
    /// <param name="anew">Whether to ask for another whatever there is.</param>
    /// <param name="cancellation">Ends the wait; a request under way goes on for others.</param>
    private async Task<AccessToken> TokenAsync(TimeSpan minimumValidity, string? refused, bool anew, CancellationToken cancellation)
    {
        Task<HeldToken> fetching;
        lock (_lock)
        {
            if (!anew && _held is { } held && IsFreshEnough(held)) return held.Token;
            fetching = _fetching ??= RequestAsync();
        }

        return (await fetching.WaitAsync(cancellation).ConfigureAwait(false)).Token;

        // Where tokens live for less than the usual margin, a quarter of their life will do.
        bool IsFreshEnough(HeldToken held) =>
            held.Token.Value != refused
            && (held.Token.ExpiresAt is not { } end
                || (end - clock.GetUtcNow() > minimumValidity && end - clock.GetUtcNow() > Shorter(Session.RefreshMargin, held.Lifetime / 4)));
    }

    private async Task<Origin> OriginAsync(CancellationToken cancellation) =>
        _origin = await _origin.WithEndpointsAsync(service, Product, Product.LoginHint, cancellation).ConfigureAwait(false);

    // One request for all threads that ask meanwhile.
    private async Task<HeldToken> RequestAsync()
    {
        await Task.Yield(); // Nothing below runs under the caller's lock.
        try
        {
            var held = await AskAsync().ConfigureAwait(false);
            lock (_lock) _held = held;
            return held;
        }
        finally
        {
            lock (_lock) _fetching = null;
        }
    }

    private async Task<HeldToken> AskAsync()
    {
        var form = await FormAsync().ConfigureAwait(false);
        var origin = await OriginAsync(CancellationToken.None).ConfigureAwait(false);
        var endpoint = origin.TokenEndpoint;
        var key = await KeyAsync(origin).ConfigureAwait(false);
        var asking = key is null ? service : service.BoundTo(key);
        var answer = await TokenEndpoint.RequestAsync(asking, endpoint, form, CancellationToken.None).ConfigureAwait(false);
        if (answer.Token is not { } token)
            throw answer.Error!.Code == ErrorCode.InvalidGrant
                ? new NotSignedInException($"{endpoint.Authority} does not accept what says which workload this is: {answer.Error}", "see that it has not expired, and is for this server")
                : TokenEndpoint.Refusal(endpoint, "the workload", answer.Error);
        if (key is not null && !token.IsOfType(DpopProofs.Scheme))
            throw new AuthException($"{endpoint.Authority} did not bind the token to the key", $"{Product.Variable("DPOP")}=off asks for a bearer token");
        var lifetime = token.Lifetime;
        var given = new AccessToken(
            token.AccessToken!, lifetime is { } time ? clock.GetUtcNow() + time : null, Product.HasOrganizations ? options.Organization : null)
        {
            Origin = origin,
            Key = key is null ? null : new BoundKey(key),
        };
        return new HeldToken(given, lifetime ?? TimeSpan.Zero);
    }

    // A key in a file would be state on disk: here it is the process's own.
    private async Task<DpopProofs?> KeyAsync(Origin origin)
    {
        if (options.Dpop is null or DpopKeys.Off || _proofs is not null) return _proofs;
        var server = await origin.DiscoverAsync(service, Product, Product.LoginHint, CancellationToken.None).ConfigureAwait(false);
        var ahead = server.Date is { } date ? date - clock.GetUtcNow() : TimeSpan.Zero;
        var chosen = await new DpopKeys(Product, options, file: null, clock)
            .ChooseAsync(server.ProofAlgorithms, options.Issuer, CancellationToken.None).ConfigureAwait(false);
        chosen!.Proofs.Correct(origin.TokenEndpoint, ahead);
        return _proofs = chosen.Proofs;
    }

    private async Task<IReadOnlyList<KeyValuePair<string, string>>> FormAsync()
    {
        var client = _origin.Client.Fields;
        var extra = ExtraParameters.Parse(options.Parameters, Product.Variable("PARAMETERS"));
        KeyValuePair<string, string>[] form = options.Grant switch
        {
            WorkloadGrant.ClientCredentials when options.ClientSecret is not null => // RFC 6749 section 4.4.2
                [new("grant_type", GrantType.ClientCredentials), .. client],
            WorkloadGrant.ClientCredentials => // the same, the client authenticated by RFC 7523 section 2.2
            [
                new("grant_type", GrantType.ClientCredentials),
                .. client,
                new("client_assertion_type", TokenType.ClientAssertion),
                new("client_assertion", await SubjectAsync().ConfigureAwait(false)),
            ],
            WorkloadGrant.TokenExchange => // RFC 8693 section 2.1
            [
                new("grant_type", GrantType.TokenExchange),
                .. client,
                new("subject_token", await SubjectAsync().ConfigureAwait(false)),
                new("subject_token_type", TokenType.Jwt),
                new("requested_token_type", TokenType.AccessToken),
            ],
            WorkloadGrant.JwtBearer => // RFC 7523 section 2.1
                [new("grant_type", GrantType.JwtBearer), .. client, new("assertion", await SubjectAsync().ConfigureAwait(false))],
            var other => throw new AuthException(
                $"{Variable} is {Printable.Text(other)}",
                $"it takes {WorkloadGrant.ClientCredentials}, {WorkloadGrant.TokenExchange} or {WorkloadGrant.JwtBearer}"),
        };
        return (options.Scope.Length > 0 ? [.. form, new("scope", options.Scope)] : form).With(extra);
    }

    private Task<string> SubjectAsync() =>
        options.Grant == WorkloadGrant.ClientCredentials && !SubjectToken.IsOffered(options)
            ? throw new AuthException(
                $"{Variable}={WorkloadGrant.ClientCredentials} needs something to authenticate the client with",
                $"set {Product.Variable("CLIENT_SECRET")} or {Product.Variable("SUBJECT_TOKEN_FILE")}")
            : SubjectToken.GetAsync(options, Product, service, CancellationToken.None);

    private static TimeSpan Shorter(TimeSpan a, TimeSpan b) => a < b ? a : b;

    private sealed record HeldToken(AccessToken Token, TimeSpan Lifetime);
}

/// <summary>What <see cref="SessionOptions.Grant"/> can be.</summary>
internal static class WorkloadGrant
{
    public const string ClientCredentials = "client_credentials";
    public const string TokenExchange = "token_exchange";
    public const string JwtBearer = "jwt_bearer";
}
