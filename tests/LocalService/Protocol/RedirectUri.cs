using System.Globalization;
using System.Text.RegularExpressions;

namespace LocalService.Protocol;

/// <summary>
/// What every client has registered: http://127.0.0.1/callback and http://[::1]/callback. Compared as text, not as a parsed
/// address, so that nothing that merely means the same gets through (RFC 9700 2.1); only the port is free (RFC 8252 7.3).
/// </summary>
public static partial class RedirectUri
{
    public static bool IsRegistered(string redirectUri, int? onlyPort)
    {
        var match = Form().Match(redirectUri);
        var port = match.Groups["port"].Value;
        return match.Success
            && (onlyPort is null || port == onlyPort.Value.ToString(CultureInfo.InvariantCulture))
            && (port.Length == 0 || ushort.TryParse(port, CultureInfo.InvariantCulture, out _));
    }

    /// <summary>
    /// Browsers apply form-action to the redirect that follows a form, so the consent page has to name where it leads.
    /// A host-source can't be an IPv6 address (CSP 3, 2.3.1), hence the wider scheme-source for it.
    /// </summary>
    public static string FormActionSource(string redirectUri)
    {
        return redirectUri.Contains('[', StringComparison.Ordinal) ? "http:" : new Uri(redirectUri).GetLeftPart(UriPartial.Authority);
    }

    [GeneratedRegex(@"\Ahttp://(127\.0\.0\.1|\[::1\])(:(?<port>[1-9][0-9]{0,4}))?/callback\z")]
    private static partial Regex Form();
}
