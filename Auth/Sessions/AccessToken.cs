using Datagen.Protocol;
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

    /// <summary>The value of its Authorization header (RFC 6750 section 2.1, RFC 9449 section 7.1): made once, however many requests it goes with.</summary>
    internal string Authorization => _authorization ??= $"{(IsBound ? DpopProofs.Scheme : BearerToken.Scheme)} {Value}";

    private string? _authorization;

    /// <inheritdoc/>
    public bool Equals(AccessToken? other) =>
        other is not null && Value == other.Value && ExpiresAt == other.ExpiresAt && Organization == other.Organization && Origin == other.Origin;

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Value, ExpiresAt, Organization);

    /// <summary>The key that it is bound to (RFC 9449); null for a bearer token.</summary>
    internal BoundKey? Key { get; init; }

    /// <summary>Whether it is worth nothing without a proof by the key that it is bound to (RFC 9449): <see cref="CreateProofAsync"/> makes one.</summary>
    public bool IsBound => Key is not null;

    /// <summary>A proof for one request (RFC 9449 section 4): the value of its <c>DPoP</c> header, to be sent once.</summary>
    /// <param name="method">The request's method.</param>
    /// <param name="address">The request's address; its query and fragment do not count.</param>
    /// <param name="cancellation">Ends the wait: a key in an agent may have to be confirmed by a person.</param>
    /// <exception cref="AuthException">The token is bound to no key, or its key is gone or does not sign.</exception>
    public async Task<string> CreateProofAsync(HttpMethod method, Uri address, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(method);
        ArgumentNullException.ThrowIfNull(address);
        if (Key is null) throw new AuthException("this session's tokens are bound to no key, and need no proof");
        var proofs = await Key.ProofsAsync(cancellation).ConfigureAwait(false);
        return await proofs.CreateAsync(method, address, Value, cancellation).ConfigureAwait(false);
    }

    /// <summary>Names no secret.</summary>
    public override string ToString() => "access token";
}
