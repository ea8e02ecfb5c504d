using System.Net;
using Datagen.Auth;

namespace Datagen.Protocol;

/// <summary>Which addresses this program talks to: https, and http on loopback alone.</summary>
internal static class EndpointAddress
{
    public static Uri Issuer(string text, string variable)
    {
        if (Parse(text) is not { } issuer || issuer.Query.Length > 0 || issuer.Fragment.Length > 0)
            // The text is not repeated: it may hold a password.
            throw new AuthException(
                $"{variable} is not an issuer's address",
                $"it takes one such as https://id.example.com, without user name, query or fragment; http is allowed on 127.0.0.1, [::1] and localhost");
        return issuer;
    }

    /// <summary>An address out of the server's metadata.</summary>
    public static Uri Of(string? text, string name, string issuer)
    {
        if (text is null) throw new AuthException($"{Printable.Text(issuer)} offers no {name}");
        // A server elsewhere has no business with what listens on this machine.
        return Parse(text) is { } address && (address.Scheme == Uri.UriSchemeHttps || !issuer.StartsWith("https:", StringComparison.OrdinalIgnoreCase))
            ? address
            : throw new AuthException($"the {name} of {Printable.Text(issuer)} is not an https address: {Printable.Text(text)}");
    }

    /// <summary>A redirect address on this machine (RFC 8252 sections 7.3 and 8.3).</summary>
    public static Uri Redirect(string text, string variable) =>
        Parse(text) is { Scheme: "http", Host: "127.0.0.1" or "localhost", Query: "", Fragment: "" } redirect
            ? redirect
            : throw new AuthException(
                $"{variable} is not a redirect address on this machine", "it takes one such as http://localhost:8400/callback");

    /// <summary>The base address of an API.</summary>
    public static Uri Api(string text, string variable) =>
        Parse(text) is { Query: "", Fragment: "" } api
            ? api
            : throw new AuthException(
                $"{variable} is not an API's address",
                "it takes one such as https://api.example.com/v2, without user name, query or fragment; http is allowed on 127.0.0.1, [::1] and localhost");

    public static bool IsSafe(Uri address) =>
        address.Scheme == Uri.UriSchemeHttps || (address.Scheme == Uri.UriSchemeHttp && IsLoopback(address));

    private static Uri? Parse(string text) => Web(text) is { } address && IsSafe(address) ? address : null;

    /// <summary>A web address that can be shown and opened as it is spelled, or null.</summary>
    /// <remarks>
    /// RFC 3986 section 2 knows ASCII alone. The framework takes other letters in a host as they are: they could turn the direction of
    /// writing or pass for another host, and it fails to connect to some. The form in ASCII (xn--…) will do. So could a name before an @.
    /// </remarks>
    public static Uri? Web(string? text) =>
        text?.Length <= Limits.AddressLength
        && text.All(c => c is > ' ' and <= '~')
        && Uri.TryCreate(text, UriKind.Absolute, out var address)
        && (address.Scheme == Uri.UriSchemeHttps || address.Scheme == Uri.UriSchemeHttp)
        && address.UserInfo.Length == 0
            ? address
            : null;

    public static bool IsLoopback(Uri address) =>
        address.Host.Equals("localhost", StringComparison.OrdinalIgnoreCase)
        || (IPAddress.TryParse(address.Host, out var ip) && IPAddress.IsLoopback(ip));
}
