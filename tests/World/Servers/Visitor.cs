using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Tests.World;

/// <summary>A browser, or somebody who is none, at a loopback listener: what it sends is spelled out.</summary>
public sealed class Visitor : IDisposable
{
    private readonly TcpClient _connection = new();

    private NetworkStream Stream => _connection.GetStream();

    public static async Task<Visitor> Connect(Uri to)
    {
        var visitor = new Visitor();
        await visitor._connection.ConnectAsync(IPAddress.Loopback, to.Port, TestContext.Current.CancellationToken);
        return visitor;
    }

    /// <summary>What a browser gets that was sent to <paramref name="address"/>.</summary>
    public static Task<string> Get(Uri address) => Send(address, Head(address));

    /// <summary>What somebody gets who sends just this; empty if the door is shut on them.</summary>
    public static async Task<string> Send(Uri to, string request)
    {
        using var visitor = await Connect(to);
        await visitor.Say(request);
        return await visitor.Hear();
    }

    public static string Head(Uri address) =>
        $"GET {address.PathAndQuery} HTTP/1.1\r\nHost: {address.Authority}\r\nUser-Agent: test\r\nAccept: text/html\r\n\r\n";

    public async Task Say(string words) =>
        await Stream.WriteAsync(Encoding.Latin1.GetBytes(words), TestContext.Current.CancellationToken);

    /// <summary>Everything, up to the end of the connection.</summary>
    public async Task<string> Hear()
    {
        using var heard = new MemoryStream();
        try
        {
            await Stream.CopyToAsync(heard, TestContext.Current.CancellationToken).WaitAsync(TimeSpan.FromSeconds(10));
        }
        catch (IOException)
        {
            // A connection that was reset says no more than one that was closed.
        }

        return Encoding.UTF8.GetString(heard.ToArray());
    }

    public void Dispose() => _connection.Dispose();
}
