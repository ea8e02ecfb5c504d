using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Sdk.World;

/// <summary>An HTTP server on 127.0.0.1 that answers as it is told and keeps what was asked, to the letter.</summary>
internal sealed class TinyServer : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly Func<Request, Task<Answer>> _answer;

    public TinyServer(Func<Request, Answer> answer)
        : this(request => Task.FromResult(answer(request)))
    {
    }

    public TinyServer(Func<Request, Task<Answer>> answer)
    {
        _answer = answer;
        _listener.Start();
        _ = AcceptAsync();
    }

    public ConcurrentQueue<Request> Requests { get; } = new();

    public string Address => $"http://{_listener.LocalEndpoint}";

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    public IEnumerable<string> Lines => Requests.Select(request => request.ToString());

    public void Dispose() => _listener.Dispose();

    private async Task AcceptAsync()
    {
        try
        {
            while (true) _ = ServeAsync(await _listener.AcceptTcpClientAsync());
        }
        catch (Exception stopped) when (stopped is SocketException or ObjectDisposedException or InvalidOperationException)
        {
            // The test is over.
        }
    }

    private async Task ServeAsync(TcpClient connection)
    {
        using var _ = connection;
        using var reader = new StreamReader(connection.GetStream(), Encoding.Latin1);
        try
        {
            if (await reader.ReadLineAsync() is not { } line) return;
            var headers = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
            while (await reader.ReadLineAsync() is { Length: > 0 } header) headers[header.Split(": ", 2)[0]] = header.Split(": ", 2)[1];
            var request = new Request(line.Split(' ')[0], line.Split(' ')[1], headers, await ReadBodyAsync(reader, headers));
            Requests.Enqueue(request);

            var answer = await _answer(request);
            var location = answer.Location is null ? "" : $"Location: {answer.Location}\r\n";
            var bytes = Encoding.UTF8.GetBytes(
                $"HTTP/1.1 {answer.Status} Status\r\nContent-Length: {Encoding.UTF8.GetByteCount(answer.Body)}\r\nConnection: close\r\n{location}\r\n{answer.Body}");
            await connection.GetStream().WriteAsync(bytes);
            connection.Client.Shutdown(SocketShutdown.Send);
        }
        catch (IOException)
        {
            // Whoever asked has gone.
        }
    }

    private static async Task<string> ReadBodyAsync(StreamReader reader, Dictionary<string, string> headers)
    {
        var body = new StringBuilder();
        if (headers.TryGetValue("Content-Length", out var length))
        {
            var buffer = new char[int.Parse(length, System.Globalization.CultureInfo.InvariantCulture)];
            await reader.ReadBlockAsync(buffer);
            body.Append(buffer);
        }
        else if (headers.ContainsKey("Transfer-Encoding"))
        {
            while (await reader.ReadLineAsync() is { } size && size != "0")
            {
                var buffer = new char[Convert.ToInt32(size, 16)];
                await reader.ReadBlockAsync(buffer);
                body.Append(buffer);
                await reader.ReadLineAsync();
            }

            await reader.ReadLineAsync();
        }

        return body.ToString();
    }
}

internal sealed record Answer(int Status, string Body = "", string? Location = null);

/// <summary>Written as in <c>POST /things {"a":1}; Authorization: Bearer a1; X-Datagen-Org: yourcompany</c>.</summary>
internal sealed record Request(string Method, string Path, IReadOnlyDictionary<string, string> Headers, string Body)
{
    public string? Authorization => Headers.GetValueOrDefault("Authorization");

    public override string ToString() =>
        $"{Method} {Path}{(Body.Length > 0 ? $" {Body}" : "")}"
        + string.Concat(new[] { "Authorization", "X-Datagen-Org" }.Where(Headers.ContainsKey).Select(name => $"; {name}: {Headers[name]}"));
}
