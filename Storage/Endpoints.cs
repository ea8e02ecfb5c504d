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
