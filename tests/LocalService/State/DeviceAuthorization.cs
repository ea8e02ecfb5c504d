namespace LocalService.State;

/// <summary>A device authorization that waits for a decision, as the person sees it.</summary>
public sealed record DeviceAuthorization(string UserCode, string ClientId, string Scope);
