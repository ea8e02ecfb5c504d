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

    /// <summary>RS256 or ES256.</summary>
    public string IdTokenAlgorithm { get; set; } = SecurityAlgorithms.RsaSha256;

    public bool OfferDevice { get; set; } = true;

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
}
