using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Tests.World;

/// <summary>An HTTP proxy that can CONNECT, and remembers what it was asked.</summary>
public sealed class ConnectProxy : IDisposable
{
    private readonly LoopbackServer _server;
    private readonly ConcurrentQueue<string> _requests = new();

    public ConnectProxy() => _server = new LoopbackServer(ServeAsync);

    public string Address => _server.Address;

    public bool Refuses { get; set; }

    public IEnumerable<string> Requests => _requests;

    public void Dispose() => _server.Dispose();

    private async Task ServeAsync(Stream near)
    {
        var head = "";
        var buffer = new byte[4096];
        while (!head.EndsWith("\r\n\r\n", StringComparison.Ordinal))
        {
            var count = await near.ReadAsync(buffer);
            if (count == 0) return;
            head += Encoding.ASCII.GetString(buffer, 0, count);
        }

        var request = head.Split("\r\n")[0];
        _requests.Enqueue(request);
        if (Refuses)
        {
            await near.WriteAsync("HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n"u8.ToArray());
            return;
        }

        using var server = new TcpClient();
        await server.ConnectAsync(IPAddress.Loopback, new Uri($"https://{request.Split(' ')[1]}").Port);
        var far = server.GetStream();
        await near.WriteAsync("HTTP/1.1 200 OK\r\n\r\n"u8.ToArray());
        await Task.WhenAny(near.CopyToAsync(far), far.CopyToAsync(near));
    }
}
