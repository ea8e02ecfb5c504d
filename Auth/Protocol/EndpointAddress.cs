using System.Net;

namespace Datagen.Auth.Protocol;

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
        return Parse(text)
            ?? throw new AuthException($"the {name} of {Printable.Text(issuer)} is not an https address: {Printable.Text(text)}");
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

    private static Uri? Parse(string text) =>
        // The framework looks past blanks around an address; whoever puts more behind it would not.
        text.Trim() == text && Uri.TryCreate(text, UriKind.Absolute, out var address) && address.UserInfo.Length == 0 && IsSafe(address) ? address : null;

    public static bool IsLoopback(Uri address) =>
        address.Host.Equals("localhost", StringComparison.OrdinalIgnoreCase)
        || (IPAddress.TryParse(address.Host, out var ip) && IPAddress.IsLoopback(ip));
}
