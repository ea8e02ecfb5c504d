using System.Globalization;
using System.IO.Compression;
using LocalService.Observing;
using Microsoft.AspNetCore.Http.Features;
using static System.Text.Encoding;

namespace LocalService.Faults;

/// <summary>
/// Something that goes wrong with a request. Without <see cref="AfterHandling"/> (and without <see cref="Rewrite"/>) an answer
/// given here replaces the real one; a fault that gives none (only a delay) lets the real one through.
/// </summary>
public sealed record Fault(string Path)
{
    public int Times { get; init; } = 1;

    /// <summary>Narrows the fault, for example to refreshes among the requests to /token.</summary>
    public Func<LoggedRequest, bool> When { get; init; } = _ => true;

    /// <summary>Real time, not the time of the service's clock.</summary>
    public TimeSpan Delay { get; init; }

    /// <summary>Hold the request until this has completed.</summary>
    public Task Until { get; init; } = Task.CompletedTask;

    public int? Status { get; init; }

    public IReadOnlyDictionary<string, string> Headers { get; init; } = new Dictionary<string, string>();

    public string? Body { get; init; }

    public string ContentType { get; init; } = "application/json";

    /// <summary>gzip, deflate or br: how the answer is packed, whether or not anybody asked for that.</summary>
    public string? Encoding { get; init; }

    /// <summary>The real answer, changed: the request is handled.</summary>
    public Func<string, string>? Rewrite { get; init; }

    public FaultEnding Ending { get; init; }

    /// <summary>The request is handled and takes effect first; then the delay, and whatever happens to the answer.</summary>
    public bool AfterHandling { get; init; }

    private bool Replaces => Status is not null || Body is not null || Headers.Count > 0;

    internal async Task ApplyAsync(HttpContext context, RequestDelegate next, Action<int> answered, CancellationToken stop)
    {
        try
        {
            if (!AfterHandling)
            {
                await WaitAsync(stop);
            }

            var isHandled = AfterHandling || Rewrite is not null || (!Replaces && Ending != FaultEnding.Drop);
            var body = isHandled ? await HandleAsync(context, next) : [];
            if (AfterHandling)
            {
                await WaitAsync(stop);
            }

            if (Ending == FaultEnding.Drop)
            {
                context.Abort();
                return;
            }

            if (Replaces)
            {
                body = Replace(context.Response);
            }
            else if (Rewrite is not null)
            {
                body = UTF8.GetBytes(Rewrite(UTF8.GetString(body)));
            }

            if (Encoding is not null)
            {
                context.Response.Headers.ContentEncoding = Encoding;
                body = Pack(body);
            }

            answered(context.Response.StatusCode);
            await SendAsync(context.Response, body, stop);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            context.Abort(); // The client went away while it waited.
        }
    }

    private static async Task<byte[]> HandleAsync(HttpContext context, RequestDelegate next)
    {
        var real = context.Features.GetRequiredFeature<IHttpResponseBodyFeature>();
        using var buffer = new MemoryStream();
        var buffered = new StreamResponseBodyFeature(buffer);
        context.Features.Set<IHttpResponseBodyFeature>(buffered);
        await next(context);
        await buffered.CompleteAsync();
        context.Features.Set(real);
        return buffer.ToArray();
    }

    private byte[] Pack(byte[] body)
    {
        using var packed = new MemoryStream();
        using (Stream packing = Encoding switch
        {
            "gzip" => new GZipStream(packed, CompressionLevel.Fastest),
            "deflate" => new ZLibStream(packed, CompressionLevel.Fastest), // RFC 9110 8.4.1.2
            "br" => new BrotliStream(packed, CompressionLevel.Fastest),
            _ => throw new NotSupportedException($"{Encoding} is no way of packing here."),
        })
        {
            packing.Write(body);
        }

        return packed.ToArray();
    }

    private async Task WaitAsync(CancellationToken stop)
    {
        await Until.WaitAsync(stop);
        await Task.Delay(Delay, stop);
    }

    private byte[] Replace(HttpResponse response)
    {
        response.Headers.Clear();
        response.StatusCode = Status ?? StatusCodes.Status200OK;
        response.ContentType = Body is null ? null : ContentType;
        foreach (var (name, value) in Headers)
        {
            response.Headers[name] = value;
        }

        return UTF8.GetBytes(Body ?? string.Empty);
    }

    private async Task SendAsync(HttpResponse response, byte[] body, CancellationToken stop)
    {
        if (Ending == FaultEnding.Complete)
        {
            if (response.StatusCode is not (StatusCodes.Status204NoContent or StatusCodes.Status304NotModified))
            {
                response.ContentLength = body.Length;
                await response.Body.WriteAsync(body, stop);
            }

            return;
        }

        // More is promised than comes, even where the body is empty. Kestrel closes a connection that is owed something.
        response.ContentLength = body.Length + 1;
        await response.Body.WriteAsync(body.AsMemory(0, body.Length / 2), stop);
        await response.Body.FlushAsync(stop);
        if (Ending == FaultEnding.Stall)
        {
            await Task.Delay(Timeout.Infinite, stop);
        }
    }

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Path}: {Status} {Ending} ×{Times}");
}
