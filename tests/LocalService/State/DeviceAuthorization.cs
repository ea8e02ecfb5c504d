namespace LocalService.State;

/// <summary>A device authorization that waits for a decision, as the person sees it.</summary>
/// <param name="SignedInAfter">An older sign-in does not do.</param>
public sealed record DeviceAuthorization(string UserCode, string ClientId, string Scope, DateTimeOffset? SignedInAfter);
