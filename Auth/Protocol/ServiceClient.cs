using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using Datagen.Auth;

namespace Datagen.Protocol;

/// <summary>One request, one answer, within bounds: time, size, no redirect, no cookie. Every request of this program goes through here.</summary>
internal sealed class ServiceClient(Func<Uri, HttpClient> http, Action<string>? trace = null)
{
    /// <summary>Requests whose answers are of any length.</summary>
    public StreamingClient Streaming => new(this, http, trace);

    /// <summary>What no message may repeat.</summary>
    public KnownSecrets Secrets { get; private init; } = new();

    /// <summary>Proofs for the token endpoint, where tokens are to be bound to a key (RFC 9449 section 5).</summary>
    public DpopProofs? Proofs { get; private init; }

    /// <summary>The same, for tokens that are bound to a key.</summary>
    public ServiceClient BoundTo(DpopProofs proofs) => new(http, trace) { Secrets = Secrets, Proofs = proofs };

    /// <param name="address">What is asked.</param>
    /// <param name="authorization">What it is sent with; null for nothing.</param>
    /// <param name="maximumBytes">The longest body that is read.</param>
    /// <param name="cancellation">Calls it off.</param>
    public async Task<ServiceAnswer> GetAsync(
        Uri address, RequestAuthorization? authorization, int maximumBytes, CancellationToken cancellation)
    {
        for (var isLast = false; ; isLast = true)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, address);
            if (authorization is not null)
            {
                Secrets.Keep([.. authorization.Secrets]);
                await authorization.AddToAsync(request, cancellation).ConfigureAwait(false);
            }

            var answer = await SendAsync(request, [], maximumBytes, cancellation).ConfigureAwait(false);
            if (isLast || authorization?.WantsAnother is not { } wantsAnother || !wantsAnother(answer)) return answer;
        }
    }

    /// <summary>Gets what anybody may read, following redirects that stay with the same host.</summary>
    public async Task<ServiceAnswer> GetPublicAsync(Uri address, int maximumBytes, CancellationToken cancellation, bool anyStatus = false)
    {
        const int MostRedirects = 5;
        for (var followed = 0; ; followed++)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, address);
            var from = address;
            var isLast = followed == MostRedirects;
            var answer = await SendAsync(request, [], maximumBytes, cancellation, one => anyStatus || (!isLast && MayFollow(from, one.Location))).ConfigureAwait(false);
            if (isLast || !MayFollow(from, answer.Location)) return answer;
            address = answer.Location!;
        }

        // Within the origin, or from http to https of one host: nobody else is asked, and nothing is sent more openly.
        static bool MayFollow(Uri from, Uri? to) =>
            to is not null && EndpointAddress.IsSafe(to) && to.UserInfo.Length == 0 && to.Host.Equals(from.Host, StringComparison.OrdinalIgnoreCase)
            && ((to.Scheme == from.Scheme && to.Port == from.Port) || (from.Scheme == Uri.UriSchemeHttp && to.Scheme == Uri.UriSchemeHttps));
    }

    /// <summary>Makes the connections' settings ready, as the first request would.</summary>
    public void Prepare(Uri address) => http(address);

    /// <summary>Whether an address answers; whatever it answers to so bare a request.</summary>
    public async Task<ServiceAnswer> HeadAsync(Uri address, CancellationToken cancellation)
    {
        using var request = new HttpRequestMessage(HttpMethod.Head, address);
        return await SendAsync(request, [], Limits.AnswerBytes, cancellation).ConfigureAwait(false);
    }

    /// <param name="address">What is asked.</param>
    /// <param name="form">What is sent.</param>
    /// <param name="cancellation">Calls it off.</param>
    /// <param name="isExpected">Tells of an answer that its status is no failure.</param>
    /// <param name="withProof">Whether a proof goes with it, where tokens are bound to a key.</param>
    public async Task<ServiceAnswer> PostFormAsync(
        Uri address, IReadOnlyList<KeyValuePair<string, string>> form, CancellationToken cancellation, Func<ServiceAnswer, bool>? isExpected = null,
        bool withProof = false)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, address) { Content = new FormUrlEncodedContent(form) };
        Secrets.Keep([.. RequestTrace.SecretsIn(form)]);
        if (withProof && Proofs is not null)
            request.Headers.Add(DpopProofs.Header, await Proofs.CreateAsync(HttpMethod.Post, address, accessToken: null, cancellation).ConfigureAwait(false));
        return await SendAsync(request, form, Limits.AnswerBytes, cancellation, isExpected).ConfigureAwait(false);
    }

    private async Task<ServiceAnswer> SendAsync(
        HttpRequestMessage request,
        IReadOnlyList<KeyValuePair<string, string>> form,
        int maximumBytes,
        CancellationToken cancellation,
        Func<ServiceAnswer, bool>? isExpected = null)
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
            var answer = new ServiceAnswer(address, response.StatusCode, body, Secrets)
            {
                Date = response.Headers.Date,
                Challenge = response.Headers.WwwAuthenticate.ToString(),
                Location = LocationOf(response, address),
                DpopNonce = DpopProofs.NonceOf(response),
            };
            answer = answer with { HasTaught = Proofs?.Learn(address, answer.DpopNonce, answer.Date) == true };
            if (trace is not null) RequestTrace.Write(trace, answer, Stopwatch.GetElapsedTime(start));
            if (isExpected?.Invoke(answer) != true) RequireAvailable(answer, WaitAskedBy(response.Headers));
            return answer;
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw Unreachable(address, $"it did not answer within {Limits.RequestTime.TotalSeconds:0} seconds", mayHaveBeenDone: true);
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
            throw Unreachable(address, "the connection was lost", cause: problem, mayHaveBeenDone: true);
        }
        catch (InvalidDataException problem)
        {
            throw new AuthException($"{address.GetLeftPart(UriPartial.Path)} answered with a body that can't be unpacked", cause: problem);
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
        HttpRequestError.ResponseEnded => Unreachable(address, "the connection was dropped", cause: problem, mayHaveBeenDone: true),
        HttpRequestError.InvalidResponse or HttpRequestError.ConfigurationLimitExceeded => NoHttp(address, problem),
        _ => Unreachable(address, "no connection could be made", cause: problem, mayHaveBeenDone: problem.InnerException is IOException),
    };

    private static AuthException NoHttp(Uri address, Exception problem) =>
        new($"{address.Authority} did not answer as an HTTP server should", cause: problem);

    internal ServiceUnreachableException Unreachable(
        Uri address, string why, string? hint = null, Exception? cause = null, bool mayHaveBeenDone = false)
    {
        trace?.Invoke($"< nothing: {why}");
        return new ServiceUnreachableException($"can't reach {address.Authority}: {why}", hint, cause) { MayHaveBeenDone = mayHaveBeenDone };
    }

    private static Uri? LocationOf(HttpResponseMessage response, Uri address) =>
        (int)response.StatusCode is >= 300 and < 400 && response.Headers.Location is { } location && Uri.TryCreate(address, location, out var next) ? next : null;

    /// <summary>How long the server asks to be left alone, a day at most.</summary>
    internal static TimeSpan? WaitAskedBy(HttpResponseHeaders headers)
    {
        TimeSpan? wait = headers.RetryAfter switch
        {
            { Delta: { } seconds } => seconds,
            { Date: { } date } => date - DateTimeOffset.UtcNow,
            _ when headers.TryGetValues("X-Retry-After", out var values) // Better Auth's name for it
                && uint.TryParse(values.First(), NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) => TimeSpan.FromSeconds(seconds),
            _ => null,
        };
        return wait is { } asked ? TimeSpan.FromTicks(Math.Clamp(asked.Ticks, 0, Limits.LongestRetryAfter.Ticks)) : null;
    }

    private static void RequireAvailable(ServiceAnswer answer, TimeSpan? wait)
    {
        var host = answer.Address.Authority;
        var status = (int)answer.Status;
        if (status >= 500)
            throw new ServiceUnreachableException($"{host} is not working at the moment (it answered {status})")
            {
                RetryAfter = wait,
                Status = status,
                MayHaveBeenDone = status is (int)HttpStatusCode.BadGateway or (int)HttpStatusCode.GatewayTimeout, // A gateway lost the answer.
            };
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
        var stream = Unpacking.Of(await response.Content.ReadAsStreamAsync(cancellation).ConfigureAwait(false), response.Content.Headers.ContentEncoding);
        await using (stream.ConfigureAwait(false))
        {
            var buffer = new byte[Math.Max((int)expected + 1, 4 << 10)];
            for (var length = 0; ;)
            {
                var read = await stream.ReadAsync(buffer.AsMemory(length), cancellation).ConfigureAwait(false);
                if (read == 0) return WithoutByteOrderMark(buffer.AsMemory(0, length));
                length += read;
                if (length > maximumBytes) throw TooLarge();
                if (length == buffer.Length) Array.Resize(ref buffer, 2 * length);
            }
        }

        AuthException TooLarge() => new($"{address.GetLeftPart(UriPartial.Path)} answered with more than {maximumBytes >> 20} MiB");
    }

    private static ReadOnlyMemory<byte> WithoutByteOrderMark(ReadOnlyMemory<byte> body) =>
        body.Span.StartsWith(Encoding.UTF8.Preamble) ? body[Encoding.UTF8.Preamble.Length..] : body;
}

/// <summary>The headers that a request is authorized by, made for each attempt anew.</summary>
/// <param name="AddToAsync">Adds them.</param>
/// <param name="Secrets">What is in them that must not be shown.</param>
internal sealed record RequestAuthorization(Func<HttpRequestMessage, CancellationToken, ValueTask> AddToAsync, IReadOnlyList<string> Secrets)
{
    /// <summary>Whether an answer refused the proof and not the token, so that another attempt with a new one is due.</summary>
    public Func<ServiceAnswer, bool>? WantsAnother { get; init; }

    public override string ToString() => nameof(RequestAuthorization);
}
