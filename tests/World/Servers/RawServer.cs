using System.Collections.Concurrent;
using System.Text;

namespace Tests.World;

/// <summary>Writes whatever it is told to, be it HTTP or not, and remembers each request's first line.</summary>
public sealed class RawServer : IDisposable
{
    private readonly LoopbackServer _server;

    /// <param name="answer">Is given the connection once the request's head has come; it is closed afterwards.</param>
    public RawServer(Func<Stream, Task> answer) => _server = new LoopbackServer(async stream =>
    {
        using var reader = new StreamReader(stream, Encoding.ASCII, leaveOpen: true);
        Requests.Enqueue(await reader.ReadLineAsync() ?? "");
        while (await reader.ReadLineAsync() is { Length: > 0 })
        {
            // The other headers, and no body: nothing here asks for what was posted.
        }

        await answer(stream);
    });

    public RawServer(string answer)
        : this(stream => stream.WriteAsync(Encoding.UTF8.GetBytes(answer)).AsTask())
    {
    }

    public string Address => _server.Address;

    public ConcurrentQueue<string> Requests { get; } = new();

    public void Dispose() => _server.Dispose();
}
