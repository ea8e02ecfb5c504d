using System.Collections.Concurrent;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace Tests.World;

/// <summary>A proxy, HTTP or SOCKS, that answers as the test says, connects to this machine alone, and remembers what it was told.</summary>
public sealed class ScriptedProxy : IDisposable
{
    private readonly LoopbackServer _server;
    private readonly X509Certificate2? _certificate;

    /// <param name="certificate">Speaks TLS with this one.</param>
    /// <param name="port">The port, or 0 for any.</param>
    public ScriptedProxy(X509Certificate2? certificate = null, int port = 0)
    {
        _certificate = certificate;
        _server = new LoopbackServer(ServeAsync, port);
    }

    public int Port => _server.Port;

    /// <summary>What goes with a 407: one header each.</summary>
    public IReadOnlyList<string> Offers { get; init; } = [];

    /// <summary>The authorization without which there is a 407; null where none will do.</summary>
    public string? Authorization { get; init; }

    /// <summary>Said to every CONNECT in place of connecting.</summary>
    public string? Answer { get; init; }

    /// <summary>The password that a SOCKS proxy asks for.</summary>
    public string? Password { get; init; }

    /// <summary>The heads of requests, or for SOCKS version, kind of address, and where to.</summary>
    public ConcurrentQueue<string> Heads { get; } = new();

    public void Dispose() => _server.Dispose();

    private async Task ServeAsync(NetworkStream connection)
    {
        Stream near = connection;
        if (_certificate is not null)
        {
            var secured = new SslStream(near);
            await secured.AuthenticateAsServerAsync(_certificate);
            near = secured;
        }

        var first = await ReadAsync(near, 1);
        var port = first[0] switch
        {
            5 => await Socks5Async(near),
            4 => await Socks4Async(near),
            _ => await HttpAsync(near, (char)first[0]),
        };
        if (port == 0) return;
        using var server = new TcpClient();
        await server.ConnectAsync(IPAddress.Loopback, port);
        var far = server.GetStream();
        await Task.WhenAny(near.CopyToAsync(far), far.CopyToAsync(near));
    }

    private async Task<int> HttpAsync(Stream near, char first)
    {
        var head = $"{first}";
        while (!head.EndsWith("\r\n\r\n", StringComparison.Ordinal)) head += (char)(await ReadAsync(near, 1))[0];
        Heads.Enqueue(head);
        if (Answer is not null)
        {
            await near.WriteAsync(Encoding.Latin1.GetBytes(Answer));
            return 0;
        }

        if (Offers.Count > 0 && (Authorization is null || !head.Contains($"\r\nProxy-Authorization: {Authorization}\r\n", StringComparison.Ordinal)))
        {
            var offers = string.Concat(Offers.Select(offer => $"Proxy-Authenticate: {offer}\r\n"));
            await near.WriteAsync(Encoding.Latin1.GetBytes($"HTTP/1.1 407 Proxy Authentication Required\r\n{offers}Content-Length: 5\r\n\r\nsorry"));
            return 0;
        }

        await near.WriteAsync("HTTP/1.1 200 Connection established\r\nVia: test\r\n\r\n"u8.ToArray());
        return new Uri($"https://{head.Split(' ')[1]}").Port;
    }

    private async Task<int> Socks5Async(Stream near)
    {
        var methods = await ReadAsync(near, (await ReadAsync(near, 1))[0]);
        if (Password is not null)
        {
            if (!methods.Contains((byte)2))
            {
                await near.WriteAsync(new byte[] { 5, 255 });
                return 0;
            }

            await near.WriteAsync(new byte[] { 5, 2 });
            await ReadAsync(near, 1);
            var user = await ReadTextAsync(near);
            var isRight = await ReadTextAsync(near) == Password;
            await near.WriteAsync(new byte[] { 1, (byte)(isRight ? 0 : 1) });
            if (!isRight) return 0;
            Heads.Enqueue($"user {user}");
        }
        else
        {
            await near.WriteAsync(new byte[] { 5, 0 });
        }

        var request = await ReadAsync(near, 4);
        var host = request[3] switch
        {
            1 => $"address {new IPAddress(await ReadAsync(near, 4))}",
            4 => $"address {new IPAddress(await ReadAsync(near, 16))}",
            _ => $"name {await ReadTextAsync(near)}",
        };
        var port = await ReadAsync(near, 2);
        Heads.Enqueue($"5 {host}:{(port[0] << 8) | port[1]}");
        byte[] answer = Answer is null ? [5, 0, 0, 3, 4, .. "here"u8, 0, 0] : [5, 5, 0, 1, 0, 0, 0, 0, 0, 0];
        await near.WriteAsync(answer);
        return Answer is null ? (port[0] << 8) | port[1] : 0;
    }

    private async Task<int> Socks4Async(Stream near)
    {
        var request = await ReadAsync(near, 7);
        var user = await ReadToZeroAsync(near);
        var host = request[3..6].All(part => part == 0) ? $"name {await ReadToZeroAsync(near)}" : $"address {new IPAddress(request[3..7])}";
        var port = (request[1] << 8) | request[2];
        Heads.Enqueue($"4 {host}:{port}{(user.Length > 0 ? $" {user}" : "")}");
        await near.WriteAsync(new byte[] { 0, (byte)(Answer is null ? 90 : 91), 0, 0, 0, 0, 0, 0 });
        return Answer is null ? port : 0;
    }

    private static async Task<string> ReadTextAsync(Stream near) => Encoding.UTF8.GetString(await ReadAsync(near, (await ReadAsync(near, 1))[0]));

    private static async Task<string> ReadToZeroAsync(Stream near)
    {
        var text = new List<byte>();
        while ((await ReadAsync(near, 1))[0] is var one and not 0) text.Add(one);
        return Encoding.UTF8.GetString([.. text]);
    }

    private static async Task<byte[]> ReadAsync(Stream near, int count)
    {
        var bytes = new byte[count];
        await near.ReadExactlyAsync(bytes);
        return bytes;
    }
}
