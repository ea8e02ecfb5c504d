namespace LocalService.State;

/// <summary>One sign-in of one person in one application: what all its tokens have in common.</summary>
public sealed record Family(string Id, string ClientId, string Subject, string Scope, DateTimeOffset AuthTime)
{
    /// <summary>How the person signed in (OpenID Connect Core 2).</summary>
    public string? Acr { get; init; }

    /// <summary>The thumbprint of the key that the refresh tokens are bound to (RFC 9449 5).</summary>
    public string? Jkt { get; init; }
}
