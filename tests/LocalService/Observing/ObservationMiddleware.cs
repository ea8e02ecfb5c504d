using LocalService.Faults;
using LocalService.Hosting;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.Primitives;

namespace LocalService.Observing;

/// <summary>Logs every request and lets a fault, if one is queued for it, have its way. Tests only.</summary>
public sealed class ObservationMiddleware(RequestDelegate next, RequestLog log, FaultQueue faults, ServiceClock clock, IHostApplicationLifetime lifetime)
{
    public async Task InvokeAsync(HttpContext context)
    {
        var request = await ReadAsync(context.Request);
        log.Add(request);
        var fault = faults.Take(request);
        if (fault is null)
        {
            await next(context);
            request.Status = context.Response.StatusCode;
        }
        else
        {
            using var stop = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, lifetime.ApplicationStopping);
            await fault.ApplyAsync(context, next, status => request.Status = status, stop.Token);
        }

        request.Failure = context.Features.Get<IExceptionHandlerFeature>()?.Error;
    }

    private async Task<LoggedRequest> ReadAsync(HttpRequest request)
    {
        request.EnableBuffering();
        using var reader = new StreamReader(request.Body, leaveOpen: true);
        var body = await reader.ReadToEndAsync();
        request.Body.Position = 0;
        return new LoggedRequest
        {
            At = clock.GetUtcNow(),
            Method = request.Method,
            Path = request.Path.Value ?? string.Empty,
            QueryString = request.QueryString.Value ?? string.Empty,
            Headers = new Dictionary<string, StringValues>(request.Headers, StringComparer.OrdinalIgnoreCase),
            Body = body,
            Form = request.HasFormContentType ? QueryHelpers.ParseQuery(body) : [],
        };
    }
}
