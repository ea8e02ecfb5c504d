namespace LocalService.State;

/// <summary>A valid access token, as a resource needs it.</summary>
/// <param name="Jkt">The thumbprint of the key that it is bound to (RFC 9449 6).</param>
public sealed record AccessToken(string Subject, string Scope, DateTimeOffset AuthTime, string? Acr, string? Jkt);
