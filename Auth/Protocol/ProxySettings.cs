using Datagen.Auth;

namespace Datagen.Protocol;

/// <summary>Which proxy a connection goes through, as the environment says.</summary>
/// <param name="environment">A variable's value.</param>
/// <remarks>Every variable may be in either case, small letters first as for curl. One that is set to nothing is as good as unset.</remarks>
internal sealed class ProxySettings(Func<string, string?> environment)
{
    public static ProxySettings OfTheEnvironment { get; } = new(Environment.GetEnvironmentVariable);

    /// <summary>The proxy for a server; null for none. This machine is never asked through one: there http is allowed, and a proxy would see the token in it.</summary>
    /// <exception cref="AuthException">The variable that counts can't be understood: whoever set it does not want a direct connection.</exception>
    public Proxy? For(string scheme, string host, int port)
    {
        var proxy = Read(scheme);
        if (proxy is null || HostNames.IsThisMachine(host)) return null;
        return NoProxy.Covers(First("no_proxy").Value, host, port) ? null : proxy;
    }

    public Proxy? For(Uri address) => For(address.Scheme, address.IdnHost, address.Port);

    private Proxy? Read(string scheme)
    {
        var (variable, value) = First($"{scheme}_proxy");
        if (value is null) (variable, value) = First("all_proxy");
        return value is null ? null : Proxy.Parse(value, variable);
    }

    private (string Variable, string? Value) First(string name)
    {
        foreach (var variable in new[] { name, name.ToUpperInvariant() })
        {
            if (environment(variable)?.Trim() is { Length: > 0 } value) return (variable, value);
        }

        return (name, null);
    }
}
