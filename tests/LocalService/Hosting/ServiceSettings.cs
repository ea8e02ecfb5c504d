using System.Text.Json.Nodes;
using Microsoft.IdentityModel.Tokens;

namespace LocalService.Hosting;

/// <summary>What servers differ in. May be changed while the service runs, by the process that hosts it only.</summary>
public sealed class ServiceSettings
{
    public TimeSpan AccessTokenLifetime { get; set; } = TimeSpan.FromHours(1);

    /// <summary>Of inactivity: each refresh starts it anew.</summary>
    public TimeSpan RefreshTokenLifetime { get; set; } = TimeSpan.FromDays(30);

    public TimeSpan DeviceCodeLifetime { get; set; } = TimeSpan.FromMinutes(15);

    public TimeSpan AuthorizationCodeLifetime { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>In seconds; null leaves it out of the answer, and 5 holds (RFC 8628 3.2).</summary>
    public int? PollingInterval { get; set; } = 5;

    /// <summary>Access tokens are padded to this many characters.</summary>
    public int AccessTokenLength { get; set; }

    public bool IssueRefreshTokens { get; set; } = true;

    public bool RotateRefreshTokens { get; set; } = true;

    public bool IssueIdTokens { get; set; } = true;

    public bool OmitExpiresIn { get; set; }

    /// <summary>On refresh too, or at sign-in alone (OpenID Connect Core 12.2 leaves both to the server).</summary>
    public bool IssueIdTokensOnRefresh { get; set; } = true;

    /// <summary>Null is the access token's.</summary>
    public TimeSpan? IdTokenLifetime { get; set; }

    /// <summary>Changes what the next ID tokens say, before they are signed.</summary>
    public Action<JsonObject>? ChangeIdToken { get; set; }

    /// <summary>RS256, PS256, ES256, ES384 or EdDSA; and HS256 or none, which no client may take.</summary>
    public string IdTokenAlgorithm { get; set; } = SecurityAlgorithms.RsaSha256;

    public bool OfferDevice { get; set; } = true;

    /// <summary>False: there is nothing for a browser flow.</summary>
    public bool OfferAuthorization { get; set; } = true;

    /// <summary>What an approved authorization request is answered with instead of a code, such as consent_required.</summary>
    public string? AuthorizationError { get; set; }

    /// <summary>What a refresh token that is no longer good is called; some servers say invalid_request or invalid_client.</summary>
    public string DeadRefreshTokenError { get; set; } = "invalid_grant";

    /// <summary>The status of invalid_token at resources; some servers say 400 or 403.</summary>
    public int InvalidTokenStatus { get; set; } = StatusCodes.Status401Unauthorized;

    /// <summary>A token that is unknown or over can't be revoked (400), as at Better Auth; RFC 7009 2.2 wants 200.</summary>
    public bool RefuseToRevokeDeadTokens { get; set; }

    /// <summary>An access token lives on with each use, as sessions of web applications do.</summary>
    public bool SlideAccessTokens { get; set; }

    public bool OfferVerificationUriComplete { get; set; } = true;

    public bool OfferRevocation { get; set; } = true;

    public bool OfferUserInfo { get; set; } = true;

    public bool ServeOpenIdConfiguration { get; set; } = true;

    /// <summary>The document of RFC 8414.</summary>
    public bool ServeOAuthMetadata { get; set; } = true;

    /// <summary>RFC 9207.</summary>
    public bool SendIssuerInAuthorizationResponse { get; set; } = true;

    /// <summary>The one port a redirect may go to; null is any (RFC 8252 7.3).</summary>
    public int? RedirectPort { get; set; }

    /// <summary>RFC 9449: the algorithms of proofs, of ES256, EdDSA and Ed25519. None: the service knows nothing of proofs.</summary>
    public IReadOnlyList<string> DPoPAlgorithms { get; set; } = [SecurityAlgorithms.EcdsaSha256, "EdDSA"];

    /// <summary>RFC 9449 8.</summary>
    public bool DemandDPoPNonceAtTokenEndpoint { get; set; }

    /// <summary>RFC 9449 9.</summary>
    public bool DemandDPoPNonceAtResources { get; set; }

    /// <summary>How long a nonce is the current one. It is good for as long again.</summary>
    public TimeSpan DPoPNonceLifetime { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>RFC 9126.</summary>
    public bool OfferPushedRequests { get; set; }

    /// <summary>Refuses requests that were not pushed (RFC 9126 5).</summary>
    public bool RequirePushedRequests { get; set; }

    /// <summary>Refuses whatever is pushed, though it is offered.</summary>
    public bool RefusePushedRequests { get; set; }

    /// <summary>Until the person has opened the address.</summary>
    public TimeSpan PushedRequestLifetime { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>RFC 9470: what /api wants of the sign-in; null is anything.</summary>
    public string? ApiAcr { get; set; }

    /// <summary>RFC 9470: how old a sign-in /api takes; null is any.</summary>
    public TimeSpan? ApiMaxAge { get; set; }
}
