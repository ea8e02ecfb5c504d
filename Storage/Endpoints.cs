using System.Text.Json;
using System.Text.Json.Serialization;

namespace Datagen.Storage;

/// <summary>The server's addresses, by their names in its metadata (RFC 8414 section 2), as it spelled them.</summary>
internal sealed record Endpoints
{
    public string? AuthorizationEndpoint { get; init; }

    public string? DeviceAuthorizationEndpoint { get; init; }

    public string? TokenEndpoint { get; init; }

    public string? RevocationEndpoint { get; init; }

    public string? UserinfoEndpoint { get; init; }

    public string? JwksUri { get; init; }

    [JsonExtensionData]
    public Dictionary<string, JsonElement>? Others { get; set; }
}

/// <summary>RFC 8414 section 2, and OpenID Connect Discovery section 3 for UserInfo.</summary>
internal static class EndpointName
{
    public const string Authorization = "authorization_endpoint";
    public const string DeviceAuthorization = "device_authorization_endpoint"; // RFC 8628 section 4
    public const string Token = "token_endpoint";
    public const string Revocation = "revocation_endpoint";
    public const string UserInfo = "userinfo_endpoint";
    public const string Keys = "jwks_uri";
}
