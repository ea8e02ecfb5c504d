using LocalService.State;
using Microsoft.IdentityModel.Tokens;

namespace LocalService.Protocol;

/// <summary>A machine that signs in without a person: by a secret, or by the tokens of a platform that this service trusts.</summary>
public sealed record Workload(string ClientId, Person Account)
{
    public string? Secret { get; init; }

    /// <summary>Who signs the platform's tokens, with <see cref="PlatformKey"/>.</summary>
    public string? PlatformIssuer { get; init; }

    /// <summary>Whom the platform calls this workload.</summary>
    public string? PlatformSubject { get; init; }

    public SecurityKey? PlatformKey { get; init; }
}
