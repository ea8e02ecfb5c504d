using System.Buffers;
using System.Globalization;
using System.Text;

namespace Datagen.Protocol;

/// <summary>A tunnel through an HTTP proxy (RFC 9110 section 9.3.6).</summary>
internal static class HttpTunnel
{
    /// <summary>Asks the proxy to connect; afterwards the stream leads to the server.</summary>
    /// <exception cref="ProxyException">The proxy does not.</exception>
    /// <exception cref="IOException">The connection was lost.</exception>
    public static async Task OpenAsync(Stream stream, Proxy proxy, string host, int port, string userAgent, CancellationToken cancellation)
    {
        var authority = host.Contains(':', StringComparison.Ordinal) && !host.StartsWith('[') ? $"[{host}]:{port}" : $"{host}:{port}";
        var request = $"CONNECT {authority} HTTP/1.1\r\nHost: {authority}\r\nUser-Agent: {userAgent}\r\n";
        // Basic (RFC 7617) and nothing else, unasked as curl sends it: a proxy may offer what only a library of the system could answer, before it or alone.
        if (proxy.User is { } user) request += $"Proxy-Authorization: Basic {Convert.ToBase64String([.. user, (byte)':', .. proxy.Password])}\r\n";
        await stream.WriteAsync(Encoding.ASCII.GetBytes(request + "\r\n"), cancellation).ConfigureAwait(false);

        var head = await ReadHeadAsync(stream, proxy, cancellation).ConfigureAwait(false);
        switch (Status(head[0]))
        {
            case >= 200 and < 300:
                return;
            case 407:
                throw Unauthorized(proxy, head);
            case var refusal and > 0:
                throw new ProxyException(
                    $"the proxy {proxy} refused to connect to it (it answered {refusal})", $"check {proxy.Variable} and NO_PROXY");
            default:
                throw NoProxyAnswer(proxy);
        }
    }

    private static ProxyException Unauthorized(Proxy proxy, string[] head)
    {
        var offers = string.Join(',', head.Where(line => line.StartsWith("Proxy-Authenticate:", StringComparison.OrdinalIgnoreCase)).Select(line => line["Proxy-Authenticate:".Length..]));
        var takesBasic = offers.Length == 0 || offers.Split(',').Any(offer =>
            offer.Trim() is var scheme && (scheme.Equals("Basic", StringComparison.OrdinalIgnoreCase) || scheme.StartsWith("Basic ", StringComparison.OrdinalIgnoreCase)));
        return !takesBasic
            ? new ProxyException(
                $"the proxy {proxy} asks for another authentication than Basic, the only one that is sent to a proxy",
                "a proxy of your own on this machine that signs in to that one can stand between")
            : proxy.User is null
                ? new ProxyException($"the proxy {proxy} asks for a user name and a password", $"put them into {proxy.Variable}, as in http://user:password@proxy.example.com:3128")
                : new ProxyException($"the proxy {proxy} does not take the user name and password in {proxy.Variable}", "special characters in them must be percent-encoded");
    }

    /// <summary>The lines of the head that counts: no interim answer (RFC 9110 section 15.2), and nothing behind a success, since only a server that has been greeted speaks.</summary>
    private static async Task<string[]> ReadHeadAsync(Stream stream, Proxy proxy, CancellationToken cancellation)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(Limits.HeaderBytes);
        try
        {
            for (var length = 0; ;)
            {
                var read = await stream.ReadAsync(buffer.AsMemory(length, Limits.HeaderBytes - length), cancellation).ConfigureAwait(false);
                if (read == 0) throw length == 0 ? new EndOfStreamException() : NoProxyAnswer(proxy);
                length += read;
                var text = Encoding.Latin1.GetString(buffer, 0, length).ReplaceLineEndings("\n");
                var end = text.IndexOf("\n\n", StringComparison.Ordinal);
                while (end >= 0 && Status(text) is >= 100 and < 200)
                {
                    text = text[(end + 2)..];
                    end = text.IndexOf("\n\n", StringComparison.Ordinal);
                }

                if (end >= 0 && (end + 2 == text.Length || Status(text) >= 300)) return text[..end].Split('\n');
                if (end >= 0 || length == Limits.HeaderBytes) throw NoProxyAnswer(proxy);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private static int Status(string line) =>
        line.StartsWith("HTTP/1.", StringComparison.Ordinal) && line.Length >= 12 && line[8] == ' ' && (line.Length == 12 || line[12] is ' ' or '\n')
        && int.TryParse(line.AsSpan(9, 3), NumberStyles.None, CultureInfo.InvariantCulture, out var status)
            ? status
            : 0;

    private static ProxyException NoProxyAnswer(Proxy proxy) =>
        new($"the proxy {proxy} did not answer as an HTTP proxy should", $"check {proxy.Variable}, its scheme and port included");
}
