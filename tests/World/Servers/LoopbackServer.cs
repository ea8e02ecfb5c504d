using System.Net;
using System.Net.Sockets;
using System.Security.Authentication;

namespace Tests.World;

/// <summary>A port on 127.0.0.1: each connection is served by itself, and closed afterwards.</summary>
public sealed class LoopbackServer : IDisposable
{
    private readonly TcpListener _listener;
    private readonly Func<NetworkStream, Task> _serve;

    /// <param name="serve">Is given each connection.</param>
    /// <param name="port">The port, or 0 for any.</param>
    public LoopbackServer(Func<NetworkStream, Task> serve, int port = 0)
    {
        _listener = new TcpListener(IPAddress.Loopback, port);
        _serve = serve;
        _listener.Start();
        Port = ((IPEndPoint)_listener.LocalEndpoint).Port;
        _ = AcceptAsync();
    }

    /// <summary>Known afterwards too, where nobody answers any more.</summary>
    public int Port { get; }

    /// <summary>Without a slash at the end.</summary>
    public string Address => $"http://127.0.0.1:{Port}";

    public void Dispose() => _listener.Dispose();

    private async Task AcceptAsync()
    {
        try
        {
            while (true) _ = ServeAsync(await _listener.AcceptTcpClientAsync());
        }
        catch (Exception ended) when (ended is ObjectDisposedException or SocketException or InvalidOperationException)
        {
            // Disposed of, with its test.
        }
    }

    private async Task ServeAsync(TcpClient accepted)
    {
        using var connection = accepted;
        try
        {
            await _serve(connection.GetStream());
        }
        catch (Exception gone) when (gone is IOException or SocketException or AuthenticationException)
        {
            // The client has gone or refuses; it knows why, and tells the test.
        }
    }
}
