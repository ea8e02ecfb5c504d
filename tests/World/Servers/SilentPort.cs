using System.Net;
using System.Net.Sockets;

namespace Tests.World;

/// <summary>A port that answers nothing, neither yes nor no: its queue is full, so the kernel drops whoever comes next.</summary>
public sealed class SilentPort : IDisposable
{
    private readonly Socket _listener;
    private readonly List<Socket> _queue = [];

    public SilentPort(IPAddress address, int port)
    {
        _listener = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        if (address.AddressFamily == AddressFamily.InterNetworkV6) _listener.DualMode = false;
        _listener.Bind(new IPEndPoint(address, port));
        _listener.Listen(0);
        for (var i = 0; i < 4; i++)
        {
            var waiting = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
            _queue.Add(waiting);
            _ = waiting.ConnectAsync(_listener.LocalEndPoint!);
        }
    }

    /// <summary>Whether it really is.</summary>
    public async Task<bool> IsSilentAsync()
    {
        using var another = new Socket(_listener.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        using var enough = new CancellationTokenSource(TimeSpan.FromMilliseconds(500));
        try
        {
            await another.ConnectAsync(_listener.LocalEndPoint!, enough.Token);
            return false;
        }
        catch (OperationCanceledException)
        {
            return true;
        }
    }

    public void Dispose()
    {
        foreach (var waiting in _queue) waiting.Dispose();
        _listener.Dispose();
    }
}
