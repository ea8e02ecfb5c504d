using System.Net;
using System.Text.Json.Serialization;
using Datagen.Auth;
using Datagen.Storage;

namespace Datagen.Protocol;

/// <summary>Finds a server's endpoints: OpenID Connect Discovery section 4, else RFC 8414 section 3.</summary>
internal static class Discovery
{
    /// <summary>The endpoints of <paramref name="issuer"/>, whose metadata must name that very issuer.</summary>
    public static async Task<DiscoveredServer> FindAsync(ServiceClient service, Uri issuer, CancellationToken cancellation)
    {
        var first = await service.GetPublicAsync(OpenIdConfiguration(issuer), Limits.AnswerBytes, cancellation, anyStatus: true).ConfigureAwait(false);
        var answer = first;
        var metadata = TryDecode(first);
        if (metadata is null)
        {
            answer = await service.GetPublicAsync(AuthorizationServerMetadata(issuer), Limits.AnswerBytes, cancellation, anyStatus: true).ConfigureAwait(false);
            metadata = TryDecode(answer) ?? throw NoMetadata(issuer, first, answer);
        }

        // RFC 8414 section 3.3: exactly the same, or another server's endpoints could be slipped in.
        if (metadata.Issuer != issuer.OriginalString)
            throw answer.Unexpected(
                $"it speaks for the issuer {Printable.Text(answer.Redact(metadata.Issuer))}, not for {issuer.OriginalString}");

        var endpoints = new Endpoints
        {
            AuthorizationEndpoint = metadata.AuthorizationEndpoint,
            DeviceAuthorizationEndpoint = metadata.DeviceAuthorizationEndpoint,
            TokenEndpoint = metadata.TokenEndpoint,
            RevocationEndpoint = metadata.RevocationEndpoint,
            UserinfoEndpoint = metadata.UserinfoEndpoint,
            JwksUri = metadata.JwksUri,
        };
        return new DiscoveredServer(endpoints, metadata.AuthorizationResponseIssParameterSupported)
        {
            Date = answer.Date,
            IdTokenAlgorithms = metadata.IdTokenSigningAlgValuesSupported ?? [],
            ProofAlgorithms = metadata.DpopSigningAlgValuesSupported ?? [],
        };
    }

    // A page, a redirect elsewhere, or metadata of nobody: the other address may do better.
    private static ServerMetadata? TryDecode(ServiceAnswer answer)
    {
        if (answer.Status != HttpStatusCode.OK) return null;
        try
        {
            return answer.Decode(ProtocolJson.Default.ServerMetadata) is { Issuer: not null } metadata ? metadata : null;
        }
        catch (AuthException)
        {
            return null;
        }
    }

    private static AuthException NoMetadata(Uri issuer, ServiceAnswer first, ServiceAnswer second)
    {
        var reasons = $"{Name(first)} {Why(first)}, {Name(second)} {Why(second)}";
        return (int)first.Status >= 500 || (int)second.Status >= 500
            ? new ServiceUnreachableException($"{issuer.Authority} is not working at the moment: its {reasons}")
            : new AuthException($"{issuer.OriginalString} is not a sign-in service: its {reasons}");

        static string Name(ServiceAnswer answer) =>
            answer.Address.AbsolutePath.Contains("oauth-authorization-server", StringComparison.Ordinal) ? "oauth-authorization-server" : "openid-configuration";

        static string Why(ServiceAnswer answer) => (int)answer.Status switch
        {
            200 => "is not the JSON that belongs there",
            429 => "has had too many requests",
            >= 300 and < 400 and var redirect => $"is a redirect to another place ({redirect})",
            var other => $"answered {other}",
        };
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

    /// <summary>What it signs ID tokens with; empty where it does not say.</summary>
    public IReadOnlyList<string> IdTokenAlgorithms { get; init; } = [];

    /// <summary>What it takes DPoP proofs signed with; empty where it binds no tokens to a key.</summary>
    public IReadOnlyList<string> ProofAlgorithms { get; init; } = [];
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

    [JsonConverter(typeof(TextsIfArrayConverter))]
    public IReadOnlyList<string>? IdTokenSigningAlgValuesSupported { get; init; } // OpenID Connect Discovery section 3

    [JsonConverter(typeof(TextsIfArrayConverter))]
    public IReadOnlyList<string>? DpopSigningAlgValuesSupported { get; init; } // RFC 9449 section 5.1

    [JsonConverter(typeof(TrueIfTrueConverter))]
    public bool AuthorizationResponseIssParameterSupported { get; init; } // RFC 9207 section 3
}
