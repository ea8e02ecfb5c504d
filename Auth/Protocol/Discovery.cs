using Datagen.Auth;
using Datagen.Storage;

namespace Datagen.Protocol;

/// <summary>Finds a server's endpoints: OpenID Connect Discovery section 4, else RFC 8414 section 3.</summary>
internal static class Discovery
{
    /// <summary>The endpoints of <paramref name="issuer"/>, whose metadata must name that very issuer.</summary>
    public static async Task<DiscoveredServer> FindAsync(ServiceClient service, Uri issuer, CancellationToken cancellation)
    {
        var answer = await GetAsync(OpenIdConfiguration(issuer)).ConfigureAwait(false);
        if (!answer.IsSuccess) answer = await GetAsync(AuthorizationServerMetadata(issuer)).ConfigureAwait(false);
        if (!answer.IsSuccess)
            throw new AuthException(
                $"{issuer.OriginalString} is not a sign-in service: it has no metadata (it answered {(int)answer.Status})");

        var metadata = answer.Decode(ProtocolJson.Default.ServerMetadata);
        // RFC 8414 section 3.3: exactly the same, or another server's endpoints could be slipped in.
        if (metadata.Issuer != issuer.OriginalString)
            throw answer.Unexpected(
                $"it speaks for the issuer {Printable.Text(metadata.Issuer ?? "(none)")}, not for {issuer.OriginalString}");

        var endpoints = new Endpoints
        {
            AuthorizationEndpoint = metadata.AuthorizationEndpoint,
            DeviceAuthorizationEndpoint = metadata.DeviceAuthorizationEndpoint,
            TokenEndpoint = metadata.TokenEndpoint,
            RevocationEndpoint = metadata.RevocationEndpoint,
            UserinfoEndpoint = metadata.UserinfoEndpoint,
            JwksUri = metadata.JwksUri,
        };
        return new DiscoveredServer(endpoints, metadata.AuthorizationResponseIssParameterSupported) { Date = answer.Date };

        Task<ServiceAnswer> GetAsync(Uri address) =>
            service.GetAsync(address, authorization: null, Limits.AnswerBytes, cancellation);
    }

    private static Uri OpenIdConfiguration(Uri issuer) =>
        new($"{issuer.OriginalString.TrimEnd('/')}/.well-known/openid-configuration");

    // Between host and path, as RFC 8414 section 3.1 has it.
    private static Uri AuthorizationServerMetadata(Uri issuer) =>
        new($"{issuer.GetLeftPart(UriPartial.Authority)}/.well-known/oauth-authorization-server{issuer.AbsolutePath.TrimEnd('/')}");
}

/// <summary>A server's endpoints, and whether its authorization responses name their issuer (RFC 9207).</summary>
internal sealed record DiscoveredServer(Endpoints Endpoints, bool ResponsesNameIssuer)
{
    /// <summary>What time it was for the server.</summary>
    public DateTimeOffset? Date { get; init; }
}

/// <summary>RFC 8414 section 2, less what this program has no use for.</summary>
internal sealed record ServerMetadata
{
    public string? Issuer { get; init; }

    public string? AuthorizationEndpoint { get; init; }

    public string? DeviceAuthorizationEndpoint { get; init; }

    public string? TokenEndpoint { get; init; }

    public string? RevocationEndpoint { get; init; }

    public string? UserinfoEndpoint { get; init; }

    public string? JwksUri { get; init; }

    public bool AuthorizationResponseIssParameterSupported { get; init; } // RFC 9207 section 3
}
