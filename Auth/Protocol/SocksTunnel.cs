using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Datagen.Protocol;

/// <summary>A tunnel through a SOCKS proxy: version 5 (RFC 1928, with RFC 1929), 4 and 4a. Version 5 and 4a resolve the server's name themselves.</summary>
internal static class SocksTunnel
{
    private const byte Version5 = 5, Version4 = 4, Connect = 1;
    private const byte NoAuthentication = 0, ByPassword = 2, NothingAcceptable = 0xFF;

    /// <summary>Asks the proxy to connect; afterwards the stream leads to the server.</summary>
    /// <exception cref="ProxyException">The proxy does not.</exception>
    /// <exception cref="IOException">The connection was lost.</exception>
    public static async Task OpenAsync(Stream stream, Proxy proxy, string host, int port, CancellationToken cancellation)
    {
        host = host.Trim('[', ']');
        if (proxy.Kind == ProxyKind.Socks5) await Open5Async(stream, proxy, host, port, cancellation).ConfigureAwait(false);
        else await Open4Async(stream, proxy, host, port, cancellation).ConfigureAwait(false);
    }

    private static async Task Open5Async(Stream stream, Proxy proxy, string host, int port, CancellationToken cancellation)
    {
        byte[] methods = proxy.User is null ? [NoAuthentication] : [NoAuthentication, ByPassword];
        await SendAsync([Version5, (byte)methods.Length, .. methods]).ConfigureAwait(false);
        var answer = await ReadAsync(2).ConfigureAwait(false);
        if (answer[0] != Version5) throw NoSocks(proxy);
        if (answer[1] == NothingAcceptable || (answer[1] == ByPassword && proxy.User is null))
            throw new ProxyException(
                $"the proxy {proxy} asks for {(proxy.User is null ? "a user name and a password" : "another authentication than a password")}",
                $"put them into {proxy.Variable}, as in socks5://user:password@proxy.example.com:1080");
        if (answer[1] == ByPassword)
        {
            await SendAsync([1, (byte)proxy.User!.Length, .. proxy.User, (byte)proxy.Password.Length, .. proxy.Password]).ConfigureAwait(false);
            if ((await ReadAsync(2).ConfigureAwait(false))[1] != 0)
                throw new ProxyException(
                    $"the proxy {proxy} does not take the user name and password in {proxy.Variable}", "special characters in them must be percent-encoded");
        }
        else if (answer[1] != NoAuthentication)
        {
            throw NoSocks(proxy);
        }

        byte[] destination = IPAddress.TryParse(host, out var address)
            ? [(byte)(address.AddressFamily == AddressFamily.InterNetwork ? 1 : 4), .. address.GetAddressBytes()]
            : [3, (byte)host.Length, .. Encoding.ASCII.GetBytes(host)]; // A name in an address has at most 253 characters.
        await SendAsync([Version5, Connect, 0, .. destination, .. Port(port)]).ConfigureAwait(false);
        answer = await ReadAsync(4).ConfigureAwait(false);
        if (answer[0] != Version5) throw NoSocks(proxy);
        if (answer[1] != 0) throw Refusal(proxy, answer[1] switch
        {
            2 => "its rules do not allow it",
            3 => "the network is unreachable",
            4 => "the host is unreachable",
            5 => "the connection was refused",
            6 => "the connection took too long",
            var other => $"it answered {other}",
        });
        // The address that the proxy connected from.
        _ = await ReadAsync(2 + (answer[3] switch
        {
            1 => 4,
            3 => (await ReadAsync(1).ConfigureAwait(false))[0],
            4 => 16,
            _ => throw NoSocks(proxy),
        })).ConfigureAwait(false);

        ValueTask SendAsync(byte[] message) => stream.WriteAsync(message, cancellation);

        Task<byte[]> ReadAsync(int count) => ReadExactlyAsync(stream, count, cancellation);
    }

    private static async Task Open4Async(Stream stream, Proxy proxy, string host, int port, CancellationToken cancellation)
    {
        byte[] name = [];
        if (!IPAddress.TryParse(host, out var address))
        {
            if (proxy.Kind == ProxyKind.Socks4A) (address, name) = (new IPAddress([0, 0, 0, 1]), [.. Encoding.ASCII.GetBytes(host), 0]);
            else address = (await HostNames.FindAsync(host, cancellation).ConfigureAwait(false)).FirstOrDefault(one => one.AddressFamily == AddressFamily.InterNetwork);
        }

        if (address?.AddressFamily != AddressFamily.InterNetwork)
            throw new ProxyException($"the proxy {proxy} can connect to IPv4 addresses alone, and it has none", $"a proxy of the kind socks5 can, if there is one for {proxy.Variable}");
        byte[] request = [Version4, Connect, .. Port(port), .. address.GetAddressBytes(), .. proxy.User ?? [], 0, .. name];
        await stream.WriteAsync(request, cancellation).ConfigureAwait(false);
        var answer = await ReadExactlyAsync(stream, 8, cancellation).ConfigureAwait(false);
        if (answer[0] != 0) throw NoSocks(proxy);
        const byte Granted = 90;
        if (answer[1] != Granted) throw Refusal(proxy, $"it answered {answer[1]}");
    }

    private static async Task<byte[]> ReadExactlyAsync(Stream stream, int count, CancellationToken cancellation)
    {
        var bytes = new byte[count];
        await stream.ReadExactlyAsync(bytes, cancellation).ConfigureAwait(false);
        return bytes;
    }

    private static byte[] Port(int port)
    {
        var bytes = new byte[2];
        BinaryPrimitives.WriteUInt16BigEndian(bytes, (ushort)port);
        return bytes;
    }

    private static ProxyException Refusal(Proxy proxy, string why) =>
        new($"the proxy {proxy} refused to connect to it ({why})", $"check {proxy.Variable} and NO_PROXY");

    private static ProxyException NoSocks(Proxy proxy) =>
        new($"the proxy {proxy} did not answer as a SOCKS proxy should", $"check {proxy.Variable}, its scheme and port included");
}
