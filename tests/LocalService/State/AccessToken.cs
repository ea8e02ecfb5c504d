namespace LocalService.State;

/// <summary>A valid access token, as UserInfo needs it.</summary>
public sealed record AccessToken(string Subject, string Scope);
