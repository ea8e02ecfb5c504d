using System.Globalization;
using Datagen.Auth;
using Datagen.Protocol;

namespace Datagen.Commands;

/// <summary>The hosts that another tool may get the token for, beside the API's own: compared as hosts, never as parts of an address.</summary>
internal sealed class CredentialHosts
{
    public static readonly CredentialHosts None = new([]);

    private CredentialHosts(IReadOnlyList<string> names) => Names = names;

    /// <summary>Each as <c>host</c> or <c>host:port</c>.</summary>
    public IReadOnlyList<string> Names { get; }

    /// <summary>Those on the command line and in the environment.</summary>
    /// <param name="named">Values of <c>--host</c>.</param>
    /// <param name="variable">A list with blanks, commas, semicolons, tabs or line ends between.</param>
    /// <param name="refuse">Is told of each that is no host; the others count.</param>
    public static CredentialHosts Of(IEnumerable<string>? named, string? variable, Action<string> refuse)
    {
        var names = new List<string>();
        foreach (var text in (named ?? []).Concat((variable ?? "").Split([' ', ',', ';', '\t', '\r', '\n'], StringSplitOptions.RemoveEmptyEntries)))
        {
            if (Clean(text) is { } name) names.Add(name);
            else refuse(text);
        }

        return new CredentialHosts(names);
    }

    /// <summary>The host alone, also of <c>https://host/</c> as people copy it; null where that is none.</summary>
    public static string? Clean(string text)
    {
        var name = text.StartsWith("https://", StringComparison.OrdinalIgnoreCase) ? text["https://".Length..] : text;
        if (name.EndsWith('/')) name = name[..^1];
        return IsHost(name) ? name : null;
    }

    /// <summary>The address of a bare host, or null for anything that is more or less than one.</summary>
    public static Uri? AddressOf(string scheme, string host) =>
        scheme is "https" or "http" && IsHost(host) && Uri.TryCreate($"{scheme}://{host}/", UriKind.Absolute, out var address) && address.Host.Length > 0
            ? address
            : null;

    /// <summary>The same of what a tool writes as a host or as an address, whose path is of no account.</summary>
    public static Uri? AddressOf(string text)
    {
        var end = text.IndexOf("://", StringComparison.Ordinal);
        if (end < 0) return AddressOf("https", text);
        return text.Any(c => c is <= ' ' or '#' or '?' or '\\') ? null : AddressOf(text[..end], text[(end + 3)..].Split('/')[0]);
    }

    /// <summary>Null where the token is not for that address. Asked before the token is fetched: most of what a helper is asked for is not its own.</summary>
    public async Task<AccessToken?> TokenForAsync(Session session, Uri? address, CancellationToken cancellation)
    {
        if (address is null || !EndpointAddress.IsSafe(address)) return null;
        var isNamed = Names.Any(host => IsSame(AddressOf(address.Scheme, host), address));
        if (!isNamed && !IsSame(session.FindApiAddress(), address)) return null;
        var token = await session.GetAccessTokenAsync(cancellation: cancellation);
        // Somebody may have signed in for another API in between.
        return isNamed || IsSame(session.GetApiAddress(token), address) ? token : null;
    }

    /// <summary><c>host</c> or <c>host:port</c>, the host a name or an address (RFC 3986 section 3.2.2), IPv6 in brackets.</summary>
    internal static bool IsHost(string text)
    {
        var end = text.LastIndexOf(':');
        if (text.StartsWith('['))
        {
            var close = text.IndexOf(']', StringComparison.Ordinal);
            if (close < 0 || !text[1..close].All(c => char.IsAsciiHexDigit(c) || c is ':' or '.')) return false;
            return close == text.Length - 1 || (end == close + 1 && IsPort(text[(end + 1)..]));
        }

        var name = end < 0 ? text : text[..end];
        return name.Length > 0 && name.All(c => char.IsLetterOrDigit(c) || c is '-' or '.' or '_') && (end < 0 || IsPort(text[(end + 1)..]));
    }

    private static bool IsSame(Uri? one, Uri other) => one is not null && one.Scheme == other.Scheme && one.IdnHost == other.IdnHost && one.Port == other.Port;

    private static bool IsPort(string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port is >= 1 and <= 65535;
}
