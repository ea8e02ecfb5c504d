using Datagen.Auth;
using Datagen.Flows;
using Datagen.Protocol;
using Datagen.Storage;

namespace Datagen.Sessions;

/// <summary>A machine that signs in by what it is, with no person and no state on disk: its access token is kept in memory alone.</summary>
internal sealed class Workload(Product product, SessionOptions options, ServiceClient service, TimeProvider clock)
{
    private readonly Lock _lock = new();
    private Endpoints? _endpoints;
    private Held? _held;
    private Task<Held>? _fetching;

    private string Variable => product.Variable("GRANT");

    /// <param name="minimumValidity">How long the token should live from now.</param>
    /// <param name="refused">A token that does not do.</param>
    /// <param name="anew">Whether to ask for another whatever there is.</param>
    /// <param name="cancellation">Ends the wait; a request under way goes on for others.</param>
    public async Task<AccessToken> TokenAsync(TimeSpan minimumValidity, string? refused, bool anew, CancellationToken cancellation)
    {
        Task<Held> fetching;
        lock (_lock)
        {
            if (!anew && _held is { } held && Does(held)) return held.Token;
            fetching = _fetching ??= RequestAsync();
        }

        return (await fetching.WaitAsync(cancellation).ConfigureAwait(false)).Token;

        // Where tokens live for less than the usual margin, a quarter of their life will do.
        bool Does(Held held) =>
            held.Token.Value != refused
            && (held.Token.ExpiresAt is not { } end
                || (end - clock.GetUtcNow() > minimumValidity && end - clock.GetUtcNow() > Shorter(Session.RefreshMargin, held.Lifetime / 4)));
    }

    public async Task<Endpoints> EndpointsAsync(CancellationToken cancellation) =>
        _endpoints ??= (await Discovery.FindAsync(service, EndpointAddress.Issuer(options.Issuer, product.Variable("ISSUER")), cancellation)
            .ConfigureAwait(false)).Endpoints;

    // One request for all threads that ask meanwhile.
    private async Task<Held> RequestAsync()
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

    private async Task<Held> AskAsync()
    {
        var form = await FormAsync().ConfigureAwait(false);
        var endpoints = await EndpointsAsync(CancellationToken.None).ConfigureAwait(false);
        var endpoint = EndpointAddress.Of(endpoints.TokenEndpoint, "token_endpoint", options.Issuer);
        var answer = await TokenEndpoint.RequestAsync(service, endpoint, form, CancellationToken.None).ConfigureAwait(false);
        if (answer.Token is not { } token)
            throw answer.Error!.Code == ErrorCode.InvalidGrant
                ? new NotSignedInException($"{endpoint.Authority} does not accept what says which workload this is: {answer.Error}", "see that it has not expired, and is for this server")
                : TokenEndpoint.Refusal(endpoint, "the workload", answer.Error);
        var lifetime = token.ExpiresIn?.ToTimeSpan();
        var given = new AccessToken(token.AccessToken!, lifetime is { } time ? clock.GetUtcNow() + time : null, options.Organization)
        {
            Issuer = options.Issuer,
            Api = options.Api,
        };
        return new Held(given, lifetime ?? TimeSpan.Zero);
    }

    private async Task<IReadOnlyList<KeyValuePair<string, string>>> FormAsync()
    {
        var client = new OAuthClient(options.ClientId, options.ClientSecret).Fields;
        var extra = ExtraParameters.Parse(options.Parameters, product.Variable("PARAMETERS"));
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
                $"set {product.Variable("CLIENT_SECRET")} or {product.Variable("SUBJECT_TOKEN_FILE")}")
            : SubjectToken.GetAsync(options, product, service, CancellationToken.None);

    private static TimeSpan Shorter(TimeSpan a, TimeSpan b) => a < b ? a : b;

    private sealed record Held(AccessToken Token, TimeSpan Lifetime);
}

/// <summary>What <see cref="SessionOptions.Grant"/> can be.</summary>
internal static class WorkloadGrant
{
    public const string ClientCredentials = "client_credentials";
    public const string TokenExchange = "token_exchange";
    public const string JwtBearer = "jwt_bearer";
}
