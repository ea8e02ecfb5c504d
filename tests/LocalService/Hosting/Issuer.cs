namespace LocalService.Hosting;

/// <summary>The issuer, which is known when the port is.</summary>
public sealed class Issuer
{
    /// <summary>Without a slash at the end.</summary>
    public string Value { get; internal set; } = string.Empty;

    public string? Authority => Uri.TryCreate(Value, UriKind.Absolute, out var address) ? address.Authority : null;
}
