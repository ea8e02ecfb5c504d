namespace LocalService.State;

/// <summary>One sign-in of one person in one application: what all its tokens have in common.</summary>
public sealed record Family(string Id, string ClientId, string Subject, string Scope, DateTimeOffset AuthTime);
