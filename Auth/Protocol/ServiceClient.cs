using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using Datagen.Auth;

namespace Datagen.Protocol;

/// <summary>One request, one answer, within bounds: time, size, no redirect, no cookie. Every request of this program goes through here.</summary>
internal sealed class ServiceClient(Func<Uri, HttpClient> http, Action<string>? trace = null)
{
    /// <summary>Requests whose answers are of any length.</summary>
    public StreamingClient Streaming => new(this, http, trace);

    /// <param name="address">What is asked.</param>
    /// <param name="authorization">What it is sent with; null for nothing.</param>
    /// <param name="maximumBytes">The longest body that is read.</param>
    /// <param name="cancellation">Calls it off.</param>
    public async Task<ServiceAnswer> GetAsync(
        Uri address, RequestAuthorization? authorization, int maximumBytes, CancellationToken cancellation)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, address);
        if (authorization is not null) await authorization.AddToAsync(request).ConfigureAwait(false);
        return await SendAsync(request, [], authorization?.Secrets ?? [], maximumBytes, cancellation).ConfigureAwait(false);
    }

    /// <summary>Makes the connections' settings ready, as the first request would.</summary>
    public void Prepare(Uri address) => http(address);

    /// <summary>Whether an address answers; whatever it answers to so bare a request.</summary>
    public async Task<ServiceAnswer> HeadAsync(Uri address, CancellationToken cancellation)
    {
        using var request = new HttpRequestMessage(HttpMethod.Head, address);
        return await SendAsync(request, [], [], Limits.AnswerBytes, cancellation).ConfigureAwait(false);
    }

    public async Task<ServiceAnswer> PostFormAsync(
        Uri address, IReadOnlyList<KeyValuePair<string, string>> form, CancellationToken cancellation)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, address) { Content = new FormUrlEncodedContent(form) };
        return await SendAsync(request, form, [.. RequestTrace.SecretsIn(form)], Limits.AnswerBytes, cancellation).ConfigureAwait(false);
    }

    private async Task<ServiceAnswer> SendAsync(
        HttpRequestMessage request,
        IReadOnlyList<KeyValuePair<string, string>> form,
        IReadOnlyList<string> secrets,
        int maximumBytes,
        CancellationToken cancellation)
    {
        var address = request.RequestUri!;
        var start = Stopwatch.GetTimestamp();
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        timeout.CancelAfter(Limits.RequestTime);
        if (trace is not null) RequestTrace.Write(trace, request, form);
        try
        {
            using var response = await http(address)
                .SendAsync(request, HttpCompletionOption.ResponseHeadersRead, timeout.Token).ConfigureAwait(false);
            var body = await ReadBodyAsync(response, address, maximumBytes, timeout.Token).ConfigureAwait(false);
            var answer = new ServiceAnswer(address, response.StatusCode, body, secrets) { Date = response.Headers.Date };
            if (trace is not null) RequestTrace.Write(trace, answer, Stopwatch.GetElapsedTime(start));
            RequireAvailable(answer, response.Headers.RetryAfter);
            return answer;
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw Unreachable(address, $"it did not answer within {Limits.RequestTime.TotalSeconds:0} seconds");
        }
        catch (HttpRequestException problem)
        {
            throw Explain(address, problem);
        }
        catch (HttpIOException problem) when (problem.HttpRequestError is HttpRequestError.InvalidResponse or HttpRequestError.ConfigurationLimitExceeded)
        {
            throw NoHttp(address, problem);
        }
        catch (IOException problem)
        {
            throw Unreachable(address, "the connection was lost", cause: problem);
        }
    }

    internal AuthException Explain(Uri address, HttpRequestException problem) => problem.HttpRequestError switch
    {
        _ when problem.InnerException is AuthException told => told,
        _ when problem.InnerException is ProxyException proxy => Unreachable(address, proxy.Why, proxy.Hint, problem),
        _ when problem.InnerException is SocketException failed && HostNames.IsUnknown(failed) => Unreachable(address, "its name can't be resolved", cause: problem),
        HttpRequestError.SecureConnectionError when problem.InnerException is RefusedCertificateException refused =>
            Unreachable(address, refused.Why, refused.Hint, problem),
        HttpRequestError.SecureConnectionError => Unreachable(address, "no trusted TLS connection could be made", cause: problem),
        HttpRequestError.ResponseEnded => Unreachable(address, "the connection was dropped", cause: problem),
        HttpRequestError.InvalidResponse or HttpRequestError.ConfigurationLimitExceeded => NoHttp(address, problem),
        _ => Unreachable(address, "no connection could be made", cause: problem),
    };

    private static AuthException NoHttp(Uri address, Exception problem) =>
        new($"{address.Authority} did not answer as an HTTP server should", cause: problem);

    internal ServiceUnreachableException Unreachable(Uri address, string why, string? hint = null, Exception? cause = null)
    {
        trace?.Invoke($"< nothing: {why}");
        return new ServiceUnreachableException($"can't reach {address.Authority}: {why}", hint, cause);
    }

    internal static TimeSpan? WaitAskedBy(RetryConditionHeaderValue? retryAfter) => retryAfter switch
    {
        { Delta: { } seconds } => seconds,
        { Date: { } date } => date - DateTimeOffset.UtcNow is { Ticks: > 0 } left ? left : TimeSpan.Zero,
        _ => null,
    };

    private static void RequireAvailable(ServiceAnswer answer, RetryConditionHeaderValue? retryAfter)
    {
        var host = answer.Address.Authority;
        var status = (int)answer.Status;
        var wait = WaitAskedBy(retryAfter);
        if (status >= 500)
            throw new ServiceUnreachableException($"{host} is not working at the moment (it answered {status})") { RetryAfter = wait, Status = status };
        if (status == (int)HttpStatusCode.TooManyRequests)
            throw new TooManyRequestsException($"{host} has had too many requests", wait, answer.DecodeError());
        if (status is >= 300 and < 400)
            throw new AuthException($"{answer.Address.GetLeftPart(UriPartial.Path)} answered with a redirect, which is not followed with credentials");
    }

    private static async Task<ReadOnlyMemory<byte>> ReadBodyAsync(
        HttpResponseMessage response, Uri address, int maximumBytes, CancellationToken cancellation)
    {
        var expected = response.Content.Headers.ContentLength ?? 0;
        if (expected > maximumBytes) throw TooLarge();
        var stream = await response.Content.ReadAsStreamAsync(cancellation).ConfigureAwait(false);
        await using (stream.ConfigureAwait(false))
        {
            var buffer = new byte[Math.Max((int)expected + 1, 4 << 10)];
            for (var length = 0; ;)
            {
                var read = await stream.ReadAsync(buffer.AsMemory(length), cancellation).ConfigureAwait(false);
                if (read == 0) return buffer.AsMemory(0, length);
                length += read;
                if (length > maximumBytes) throw TooLarge();
                if (length == buffer.Length) Array.Resize(ref buffer, 2 * length);
            }
        }

        AuthException TooLarge() => new($"{address.GetLeftPart(UriPartial.Path)} answered with more than {maximumBytes >> 20} MiB");
    }
}

/// <summary>The headers that a request is authorized by, made for each attempt anew.</summary>
/// <param name="AddToAsync">Adds them.</param>
/// <param name="Secrets">What is in them that must not be shown.</param>
internal sealed record RequestAuthorization(Func<HttpRequestMessage, ValueTask> AddToAsync, IReadOnlyList<string> Secrets)
{
    public override string ToString() => nameof(RequestAuthorization);
}
