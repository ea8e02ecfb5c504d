using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Threading.Channels;
using Datagen.Auth;

namespace Datagen.Flows;

/// <summary>The redirect's receiving end (RFC 8252 section 7.3): one path on 127.0.0.1, for as long as a sign-in lasts.</summary>
/// <remarks>
/// By hand, as the framework's own listener can't be given a port by the system, and choosing one first is a race that another
/// user of the machine can win. It reads a request's head and no more, within bounds; each connection is on its own, so that
/// one that dawdles keeps nobody waiting, and of too many the ones that have dawdled the longest are let go.
/// </remarks>
internal sealed class LoopbackListener : IDisposable
{
    private const int MaximumHeadBytes = 32 << 10;
    private const int MaximumConnections = 256;
    private const int MaximumWaiting = 64;
    private static readonly TimeSpan HeadTimeout = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan HeadTimeoutInACrowd = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan RestInACrowd = TimeSpan.FromMilliseconds(5);
    private static readonly TimeSpan RestAfterTrouble = TimeSpan.FromMilliseconds(100);

    private readonly TcpListener _listener;
    private readonly CancellationTokenSource _stop = new();
    private readonly List<LoopbackRequest> _unread = [];
    private readonly Channel<LoopbackRequest> _requests = Channel.CreateBounded<LoopbackRequest>(MaximumWaiting);

    /// <summary>Listens at once.</summary>
    /// <param name="port">0 for one that the system chooses.</param>
    /// <param name="registered">Whose host and path the redirect URI has; its port counts where <paramref name="port"/> is 0.</param>
    public LoopbackListener(int port, Uri? registered = null)
    {
        if (port == 0 && registered is { IsDefaultPort: false }) port = registered.Port;
        _listener = new TcpListener(IPAddress.Loopback, port);
        try
        {
            _listener.Start();
        }
        catch (SocketException problem)
        {
            _listener.Dispose();
            throw new AuthException(
                $"can't listen on 127.0.0.1:{port}, where the browser would come back to", "choose another --port", problem);
        }

        var actual = ((IPEndPoint)_listener.LocalEndpoint).Port;
        RedirectUri = new Uri($"http://{registered?.Host ?? "127.0.0.1"}:{actual}{registered?.AbsolutePath ?? "/callback"}");
        _ = AcceptAsync();
    }

    public Uri RedirectUri { get; }

    /// <summary>The next request to the redirect URI. All others have been answered with 404 already.</summary>
    public ValueTask<LoopbackRequest> NextAsync(CancellationToken cancellation) => _requests.Reader.ReadAsync(cancellation);

    public void Dispose()
    {
        _stop.Cancel();
        _listener.Dispose();
        _requests.Writer.TryComplete();
        while (_requests.Reader.TryRead(out var waiting)) waiting.Dispose();
        _stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        var stop = _stop.Token;
        try
        {
            while (true)
            {
                try
                {
                    while (IsCrowded()) await Task.Delay(RestInACrowd, stop).ConfigureAwait(false);
                    var request = new LoopbackRequest(await _listener.AcceptTcpClientAsync(stop).ConfigureAwait(false));
                    _ = ServeAsync(request, stop);
                }
                catch (SocketException) when (!stop.IsCancellationRequested)
                {
                    // Such as too many open files: it may be better soon.
                    await Task.Delay(RestAfterTrouble, stop).ConfigureAwait(false);
                }
            }
        }
        catch (Exception ended) when (ended is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // Disposed: the sign-in is over.
        }
    }

    // A browser says at once what it wants: of too many, who has said nothing for the longest time is let go.
    private bool IsCrowded()
    {
        lock (_unread)
        {
            if (_unread.Count < MaximumConnections) return false;
            if (_unread[0].Age < HeadTimeoutInACrowd) return true;
            _unread[0].Dispose();
            _unread.RemoveAt(0);
            return false;
        }
    }

    private async Task ServeAsync(LoopbackRequest request, CancellationToken stop)
    {
        lock (_unread)
        {
            _unread.Add(request);
        }

        var kept = false;
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(stop);
        timeout.CancelAfter(HeadTimeout);
        try
        {
            var head = await ReadHeadAsync(request.Stream, timeout.Token).ConfigureAwait(false);
            if (QueryOf(head, RedirectUri) is { } query)
            {
                request.Query = query;
                kept = _requests.Writer.TryWrite(request);
            }
            else
            {
                await request.AnswerNotFoundAsync(timeout.Token).ConfigureAwait(false);
            }
        }
        catch (Exception gone) when (
            gone is OperationCanceledException or IOException or SocketException or ObjectDisposedException or InvalidOperationException)
        {
            // It said nothing in time, or hung up: nobody is left to be told.
        }
        finally
        {
            lock (_unread)
            {
                _unread.Remove(request);
            }

            if (!kept) request.Dispose();
        }
    }

    /// <summary>What is behind the question mark, if this is a browser that our redirect URI sent; else null.</summary>
    internal static string? QueryOf(string head, Uri redirectUri)
    {
        var lines = head.Split("\r\n");
        if (lines[0].Split(' ') is not ["GET", var target, "HTTP/1.1" or "HTTP/1.0"]) return null;
        // Another name that resolves to 127.0.0.1 is a web page's trick (DNS rebinding).
        var hosts = lines.Skip(1).Where(line => line.StartsWith("Host:", StringComparison.OrdinalIgnoreCase)).ToArray();
        if (hosts is not [var host] || host["Host:".Length..].Trim() != redirectUri.Authority) return null;

        var parts = target.Split('?', 2);
        return parts[0] == redirectUri.AbsolutePath ? parts.ElementAtOrDefault(1) ?? "" : null;
    }

    private static async Task<string> ReadHeadAsync(NetworkStream stream, CancellationToken cancellation)
    {
        var buffer = new byte[MaximumHeadBytes];
        var length = 0;
        while (length < buffer.Length)
        {
            var read = await stream.ReadAsync(buffer.AsMemory(length), cancellation).ConfigureAwait(false);
            if (read == 0) break;
            length += read;
            var end = buffer.AsSpan(0, length).IndexOf("\r\n\r\n"u8);
            if (end >= 0) return Encoding.Latin1.GetString(buffer, 0, end);
        }

        return "";
    }
}

/// <summary>A browser that waits for its page.</summary>
internal sealed class LoopbackRequest(TcpClient connection) : IDisposable
{
    private readonly long _since = Stopwatch.GetTimestamp();

    /// <summary>The query, undecoded, without its question mark.</summary>
    public string Query { get; internal set; } = "";

    internal TimeSpan Age => Stopwatch.GetElapsedTime(_since);

    internal NetworkStream Stream => connection.GetStream();

    public Task AnswerNotFoundAsync(CancellationToken cancellation) =>
        WriteAsync("404 Not Found", "text/plain; charset=utf-8", "Not found\n", "default-src 'none'", cancellation);

    // Smaller than any socket's buffer: it never waits for the browser to read.
    public Task AnswerAsync(AnswerPage page) =>
        WriteAsync("200 OK", "text/html; charset=utf-8", page.Html, page.ContentSecurityPolicy, CancellationToken.None);

    public void Dispose() => connection.Dispose();

    private async Task WriteAsync(string status, string type, string body, string policy, CancellationToken cancellation)
    {
        var bytes = Encoding.UTF8.GetBytes(body);
        var head = $"HTTP/1.1 {status}\r\nContent-Type: {type}\r\nContent-Length: {bytes.Length}\r\nConnection: close\r\n"
            + $"Content-Security-Policy: {policy}\r\nReferrer-Policy: no-referrer\r\nCache-Control: no-store\r\nX-Content-Type-Options: nosniff\r\n\r\n";
        try
        {
            await Stream.WriteAsync((byte[])[.. Encoding.ASCII.GetBytes(head), .. bytes], cancellation).ConfigureAwait(false);
            connection.Client.Shutdown(SocketShutdown.Send);
        }
        catch (Exception gone) when (gone is IOException or SocketException or ObjectDisposedException or InvalidOperationException)
        {
            // A browser that was closed needs no page; the sign-in does not depend on it.
            connection.Dispose();
        }
    }
}
