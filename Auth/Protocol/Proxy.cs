using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Datagen.Auth;

namespace Datagen.Protocol;

internal enum ProxyKind
{
    Http,
    Https,
    Socks4,
    Socks4A,
    Socks5,
}

/// <summary>A proxy, as a variable of the environment names it. Its text is without user name and password.</summary>
internal sealed class Proxy
{
    private const int LongestHost = 253;

    private Proxy(string variable, string scheme, ProxyKind kind, string host, int port, byte[]? user, byte[] password) =>
        (Variable, Scheme, Kind, Host, Port, User, Password) = (variable, scheme, kind, host, port, user, password);

    /// <summary>The variable that named it.</summary>
    public string Variable { get; }

    public string Scheme { get; }

    public ProxyKind Kind { get; }

    /// <summary>A name or an address; an IPv6 address without brackets.</summary>
    public string Host { get; }

    public int Port { get; }

    /// <summary>The user name, percent-decoded; null where none is given.</summary>
    public byte[]? User { get; }

    public byte[] Password { get; }

    /// <summary>Reads what a variable says, as curl and Go do.</summary>
    /// <exception cref="AuthException">It can't be understood. The text is not repeated, since it may hold a password.</exception>
    public static Proxy Parse(string text, string variable)
    {
        if (text.Any(c => c is <= ' ' or '\x7f')) throw Refusal("has a blank or a control character in it");
        var end = text.IndexOf("://", StringComparison.Ordinal);
        var scheme = end < 0 ? "http" : text[..end].ToLowerInvariant();
        var (kind, usualPort) = scheme switch
        {
            "http" => (ProxyKind.Http, 80),
            "https" => (ProxyKind.Https, 443),
            "socks4" => (ProxyKind.Socks4, 1080),
            "socks4a" => (ProxyKind.Socks4A, 1080),
            "socks5" or "socks5h" or "socks" => (ProxyKind.Socks5, 1080),
            _ => throw Refusal("names a kind of proxy that is not known"),
        };

        // What stands behind the authority is of no meaning for a proxy.
        var authority = end < 0 ? text : text[(end + 3)..];
        if (authority.IndexOfAny(['/', '?', '#']) is >= 0 and var path) authority = authority[..path];
        byte[]? user = null;
        byte[] password = [];
        if (authority.LastIndexOf('@') is >= 0 and var at)
        {
            var colon = authority.IndexOf(':', StringComparison.Ordinal);
            if (colon < 0 || colon > at) colon = at;
            user = Decode(authority[..colon]);
            password = colon == at ? [] : Decode(authority[(colon + 1)..at]);
            if (user.Concat(password).Any(one => one is < 0x20 or 0x7f) || (kind is ProxyKind.Http or ProxyKind.Https && user.Contains((byte)':')))
                throw Refusal("has a user name or password that can't be sent"); // RFC 7617 section 2
            if (kind == ProxyKind.Socks5 && (user.Length > 255 || password.Length > 255)) throw Refusal("has a user name or password that is too long");
            authority = authority[(at + 1)..];
        }

        var (host, port) = HostAndPort(authority, usualPort);
        return new Proxy(variable, scheme, kind, host, port, user, password);

        (string Host, int Port) HostAndPort(string place, int otherwise)
        {
            var bracket = place.StartsWith('[') ? place.IndexOf(']', StringComparison.Ordinal) : -1;
            var colon = place.IndexOf(':', Math.Max(bracket, 0));
            var name = colon < 0 ? place : place[..colon];
            if (bracket >= 0)
            {
                if (name.Length != bracket + 1 || !IPAddress.TryParse(name, out var address) || address.AddressFamily != AddressFamily.InterNetworkV6)
                    throw Refusal("names no host that can be one");
                name = address.ToString();
            }
            else if (name.Length is 0 or > LongestHost || !name.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' or '_'))
            {
                throw Refusal("names no host that can be one");
            }

            if (colon < 0) return (name, otherwise);
            return ushort.TryParse(place.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var given) && given > 0
                ? (name, given)
                : throw Refusal("names no port that can be one");
        }

        AuthException Refusal(string why) => new(
            $"the proxy in {variable} can't be understood: it {why}",
            $"{variable} takes an address such as http://proxy.example.com:3128; beside http there are https, socks4, socks4a, socks5 and socks5h");
    }

    public override string ToString() => Host.Contains(':', StringComparison.Ordinal) ? $"{Scheme}://[{Host}]:{Port}" : $"{Scheme}://{Host}:{Port}";

    // A percent sign that begins no code stands for itself, as for curl: passwords have such.
    private static byte[] Decode(string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        var length = 0;
        for (var i = 0; i < bytes.Length; i++)
        {
            if (bytes[i] == '%' && i + 2 < bytes.Length && char.IsAsciiHexDigit((char)bytes[i + 1]) && char.IsAsciiHexDigit((char)bytes[i + 2]))
            {
                bytes[length++] = Convert.ToByte(Encoding.ASCII.GetString(bytes, i + 1, 2), 16);
                i += 2;
            }
            else
            {
                bytes[length++] = bytes[i];
            }
        }

        return bytes[..length];
    }
}
