namespace LocalService.Observing;

/// <summary>Something that happened to a code, a token or a family of tokens. Never holds a secret.</summary>
public abstract record ServiceEvent(DateTimeOffset At);

public sealed record DeviceAuthorizationIssued(DateTimeOffset At, string ClientId, string Scope, string UserCode) : ServiceEvent(At);

public sealed record DeviceAuthorizationDecided(DateTimeOffset At, string UserCode, string Subject, bool Approved) : ServiceEvent(At);

public sealed record AuthorizationCodeIssued(DateTimeOffset At, string ClientId, string Subject, string Scope) : ServiceEvent(At);

public sealed record AuthorizationCodeReuseDetected(DateTimeOffset At, string FamilyId) : ServiceEvent(At);

public sealed record TokenIssued(DateTimeOffset At, string GrantType, string FamilyId, string ClientId, string Subject, string Scope) : ServiceEvent(At);

public sealed record RefreshRotated(DateTimeOffset At, string FamilyId) : ServiceEvent(At);

public sealed record RefreshReuseDetected(DateTimeOffset At, string FamilyId) : ServiceEvent(At);

/// <param name="Kind">What the client revoked: refresh_token (its whole family follows) or access_token.</param>
public sealed record Revoked(DateTimeOffset At, string Kind, string FamilyId) : ServiceEvent(At);

/// <param name="Reason">revocation_request, refresh_token_reuse, authorization_code_reuse or administrator.</param>
public sealed record FamilyRevoked(DateTimeOffset At, string FamilyId, string Reason) : ServiceEvent(At);
