using System.Collections.Concurrent;
using System.Net.Sockets;
using System.Text;

namespace Tests.World;

/// <summary>An HTTP server on 127.0.0.1 that answers as it is told and keeps what was asked, to the letter.</summary>
public sealed class RecordingServer : IDisposable
{
    private readonly LoopbackServer _server;

    public RecordingServer(Func<RecordedRequest, ScriptedAnswer> answer)
        : this(request => Task.FromResult(answer(request)))
    {
    }

    public RecordingServer(Func<RecordedRequest, Task<ScriptedAnswer>> answer) => _server = new LoopbackServer(stream => ServeAsync(stream, answer));

    public ConcurrentQueue<RecordedRequest> Requests { get; } = new();

    public string Address => _server.Address;

    public int Port => _server.Port;

    public IEnumerable<string> Lines => Requests.Select(request => request.ToString());

    public void Dispose() => _server.Dispose();

    private async Task ServeAsync(NetworkStream stream, Func<RecordedRequest, Task<ScriptedAnswer>> answers)
    {
        using var reader = new StreamReader(stream, Encoding.Latin1);
        if (await reader.ReadLineAsync() is not { } line) return;
        var headers = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        while (await reader.ReadLineAsync() is { Length: > 0 } header) headers[header.Split(": ", 2)[0]] = header.Split(": ", 2)[1];
        var request = new RecordedRequest(line.Split(' ')[0], line.Split(' ')[1], headers, await ReadBodyAsync(reader, headers));
        Requests.Enqueue(request);

        var answer = await answers(request);
        var location = answer.Location is null ? "" : $"Location: {answer.Location}\r\n";
        await stream.WriteAsync(Encoding.UTF8.GetBytes(
            $"HTTP/1.1 {answer.Status} Status\r\nContent-Length: {Encoding.UTF8.GetByteCount(answer.Body)}\r\nConnection: close\r\n{location}\r\n{answer.Body}"));
        stream.Socket.Shutdown(SocketShutdown.Send);
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

public sealed record ScriptedAnswer(int Status, string Body = "", string? Location = null);

/// <summary>Written as in <c>POST /things {"a":1}; Authorization: Bearer a1; X-Datagen-Org: yourcompany</c>.</summary>
public sealed record RecordedRequest(string Method, string Path, IReadOnlyDictionary<string, string> Headers, string Body)
{
    public string? Authorization => Headers.GetValueOrDefault("Authorization");

    public override string ToString() =>
        $"{Method} {Path}{(Body.Length > 0 ? $" {Body}" : "")}"
        + string.Concat(new[] { "Authorization", "X-Datagen-Org" }.Where(Headers.ContainsKey).Select(name => $"; {name}: {Headers[name]}"));
}
