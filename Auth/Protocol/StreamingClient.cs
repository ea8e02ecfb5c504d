using System.Diagnostics;
using System.Globalization;
using System.Net;

namespace Datagen.Protocol;

/// <summary>Answers of any length, for which only idleness is a time-out.</summary>
internal sealed class StreamingClient(ServiceClient service, Func<Uri, HttpClient> http, Action<string>? trace)
{
    /// <summary>One request whose answer has come as far as its body.</summary>
    public async Task<StreamedAnswer> OpenAsync(HttpRequestMessage request, IdleTimeout idle, CancellationToken cancellation)
    {
        var address = request.RequestUri!;
        var start = Stopwatch.GetTimestamp();
        if (trace is not null) RequestTrace.Write(trace, request, []);
        idle.Watch();
        var response = await ExplainedAsync(
            address, idle, http(address).SendAsync(request, HttpCompletionOption.ResponseHeadersRead, idle.Token), cancellation)
            .ConfigureAwait(false);
        trace?.Invoke(string.Create(
            CultureInfo.InvariantCulture,
            $"< {(int)response.StatusCode} in {Stopwatch.GetElapsedTime(start).TotalMilliseconds:0} ms"));
        return new StreamedAnswer(response, ServiceClient.WaitAskedBy(response.Headers), CopyAsync);

        async Task CopyAsync(Action<ReadOnlyMemory<byte>> write)
        {
            idle.Watch();
            var body = await ExplainedAsync(address, idle, response.Content.ReadAsStreamAsync(idle.Token), cancellation).ConfigureAwait(false);
            await using (body.ConfigureAwait(false))
            {
                var buffer = new byte[64 << 10];
                while (true)
                {
                    idle.Watch();
                    var read = await ExplainedAsync(address, idle, body.ReadAsync(buffer, idle.Token).AsTask(), cancellation).ConfigureAwait(false);
                    if (read == 0) return;
                    write(buffer.AsMemory(0, read));
                }
            }
        }
    }

    // Only the network is timed: who reads or writes the bytes here may take any time.
    private async Task<T> ExplainedAsync<T>(Uri address, IdleTimeout idle, Task<T> exchange, CancellationToken cancellation)
    {
        try
        {
            return await exchange.ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw service.Unreachable(address, $"it was silent for {idle.Longest.TotalSeconds:0} seconds");
        }
        catch (HttpRequestException problem)
        {
            throw service.Explain(address, problem);
        }
        catch (IOException problem)
        {
            throw service.Unreachable(address, "the connection was lost", cause: problem);
        }
        finally
        {
            idle.Pause();
        }
    }
}

/// <summary>An answer whose body has not been read yet.</summary>
/// <param name="Response">Its status and headers.</param>
/// <param name="RetryAfter">How long the server asked to be left alone, if it did.</param>
/// <param name="CopyAsync">Hands on the body, piece by piece as it comes.</param>
internal sealed record StreamedAnswer(
    HttpResponseMessage Response, TimeSpan? RetryAfter, Func<Action<ReadOnlyMemory<byte>>, Task> CopyAsync) : IDisposable
{
    public HttpStatusCode Status => Response.StatusCode;

    public void Dispose() => Response.Dispose();
}

/// <summary>Cancels an exchange in which nothing has moved for too long.</summary>
internal sealed class IdleTimeout(TimeSpan longest, CancellationToken cancellation) : IDisposable
{
    private readonly CancellationTokenSource _source = CancellationTokenSource.CreateLinkedTokenSource(cancellation);

    public TimeSpan Longest => longest;

    public CancellationToken Token => _source.Token;

    /// <summary>Something has moved, or must from now on.</summary>
    public void Watch() => _source.CancelAfter(longest);

    public void Pause() => _source.CancelAfter(Timeout.InfiniteTimeSpan);

    public void Dispose() => _source.Dispose();
}
