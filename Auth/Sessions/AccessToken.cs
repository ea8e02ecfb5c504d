using Datagen.Sessions;

namespace Datagen.Auth;

/// <summary>An access token (RFC 6750).</summary>
/// <param name="Value">The token itself: a secret.</param>
/// <param name="ExpiresAt">When it expires, if the server said.</param>
/// <param name="Organization">The organization that requests act for, sent as <c>X-Datagen-Org</c>; null where there is none.</param>
public sealed record AccessToken(string Value, DateTimeOffset? ExpiresAt, string? Organization)
{
    /// <summary>Where it came from and where it may go; null for one that no session gave.</summary>
    internal Origin? Origin { get; init; }

    /// <summary>The value of its Authorization header (RFC 6750 section 2.1): made once, however many requests it goes with.</summary>
    internal string Authorization => _authorization ??= $"Bearer {Value}";

    private string? _authorization;

    /// <inheritdoc/>
    public bool Equals(AccessToken? other) =>
        other is not null && Value == other.Value && ExpiresAt == other.ExpiresAt && Organization == other.Organization && Origin == other.Origin;

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Value, ExpiresAt, Organization);

    /// <summary>Names no secret.</summary>
    public override string ToString() => "access token";
}
