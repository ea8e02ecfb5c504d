namespace LocalService.Protocol;

/// <summary>A public client: it has no secret (RFC 6749 2.1).</summary>
public sealed record Client(string Id, string Name);
