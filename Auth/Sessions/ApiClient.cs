using System.Net;
using System.Net.Http.Headers;
using Datagen.Auth;
using Datagen.Host;
using Datagen.Protocol;
using Datagen.Storage;

namespace Datagen.Sessions;

/// <summary>Calls of the platform's API with a session's token and organization. Bodies stream in both directions.</summary>
internal sealed class ApiClient(TokenSource source, SessionOptions options, ServiceClient service, TimeSpan longestIdle)
{
    /// <summary>Sends a request; once more with a refreshed token if it got 401 and its body is there to be sent again.</summary>
    /// <param name="call">What is asked.</param>
    /// <param name="write">Takes the body, piece by piece, whatever the status.</param>
    /// <param name="cancellation">Calls it off.</param>
    /// <returns>The address of the next page, if the answer names one.</returns>
    /// <exception cref="AuthException">The status is no success; the body has been written.</exception>
    public async Task<Uri?> SendAsync(ApiCall call, Action<ReadOnlyMemory<byte>> write, CancellationToken cancellation)
    {
        using var idle = new IdleTimeout(longestIdle, cancellation);
        var token = await source.GetAsync(TimeSpan.Zero, refresh: false, cancellation).ConfigureAwait(false);
        var api = ApiOf(token);
        var address = call.Address(api);
        var canRepeat = call.Body is not { CanRepeat: false };
        AuthException? ended = null;
        var answer = await SendWithAsync(token).ConfigureAwait(false);
        if (answer.Status == HttpStatusCode.Unauthorized)
        {
            if (!canRepeat)
                ended = new AuthException(
                    $"{address.Authority} refused the access token, and a body from a pipe can't be sent again",
                    "the session has been refreshed: run the command again, with its input");
            (answer, var over) = await Authorize.OnceMoreAsync(ReplaceAsync, token, answer, canRepeat ? SendWithAsync : null).ConfigureAwait(false);
            ended = over ?? ended;
        }

        using (answer)
        {
            var status = (int)answer.Status;
            call.ShowHead?.Invoke(answer.Response);
            if (status is >= 300 and < 400)
                throw new AuthException($"{Shown()} was answered with a redirect ({status}), which is not followed with credentials");
            await answer.CopyAsync(write).ConfigureAwait(false);
            if (status >= 400) throw ended ?? Refusal(answer);
            return answer.Response.Headers.TryGetValues("Link", out var links) && LinkHeader.Next(links) is { } next
                ? ApiAddress.Linked(api, address, next)
                : null;
        }

        async Task<AccessToken> ReplaceAsync(AccessToken refused)
        {
            var replaced = await source.ReplaceAsync(refused, cancellation).ConfigureAwait(false);
            return ApiAddress.IsSame(api, ApiOf(replaced))
                ? replaced
                : throw new AuthException("somebody else has signed in meanwhile; the request was not sent again");
        }

        Task<StreamedAnswer> SendWithAsync(AccessToken with) =>
            Authorize.SendAsync(with, SendOnceAsync, sent => sent.Response, () => canRepeat, cancellation);

        async Task<StreamedAnswer> SendOnceAsync(AccessToken with)
        {
            using var request = await NewRequestAsync(call, address, with, idle, cancellation).ConfigureAwait(false);
            return await service.Streaming.OpenAsync(request, idle, cancellation).ConfigureAwait(false);
        }

        AuthException Refusal(StreamedAnswer refused) => (int)refused.Status switch
        {
            401 => new NotSignedInException($"{Shown()} was answered with 401, with a refreshed access token too", source.Product.LoginHint),
            >= 500 and var broken => new ServiceUnreachableException($"{Shown()} was answered with {broken}", TryAgain(refused.RetryAfter)),
            var other => new AuthException($"{Shown()} was answered with {other}", TryAgain(refused.RetryAfter)),
        };

        string Shown() => $"{call.Method} {Printable.Text(address.GetLeftPart(UriPartial.Path))}";
    }

    private Uri ApiOf(AccessToken token) => token.Origin!.ApiFor(source.Product, options.Api);

    private static string? TryAgain(TimeSpan? retryAfter) =>
        retryAfter is { } wait ? $"try again in {Math.Ceiling(wait.TotalSeconds):0} seconds" : null;

    private static async Task<HttpRequestMessage> NewRequestAsync(ApiCall call, Uri address, AccessToken token, IdleTimeout idle, CancellationToken cancellation)
    {
        var request = new HttpRequestMessage(call.Method, address) { Content = call.Body?.ToContent(idle) };
        await Authorize.AddToAsync(request, token, cancellation).ConfigureAwait(false);
        foreach (var (name, value) in call.Headers)
        {
            if (request.Headers.TryAddWithoutValidation(name, value)) continue;
            request.Content?.Headers.Remove(name);
            request.Content?.Headers.TryAddWithoutValidation(name, value);
        }

        return request;
    }
}

/// <summary>A call of the API.</summary>
internal sealed record ApiCall(
    HttpMethod Method, Func<Uri, Uri> Address, IReadOnlyList<KeyValuePair<string, string>> Headers, ApiBody? Body)
{
    /// <summary>Is given each answer before its body.</summary>
    public Action<HttpResponseMessage>? ShowHead { get; init; }
}

/// <summary>A body to send, read as it is sent.</summary>
/// <param name="source">Where it comes from. Read to its end from where it stands.</param>
/// <param name="name">What to call that in an error.</param>
internal sealed class ApiBody(Stream source, string name)
{
    private const int PieceBytes = 64 << 10;

    private readonly long _start = source.CanSeek ? source.Position : 0;
    private byte[] _first = [];
    private bool _isWhole;

    /// <summary>Whether it is there to be sent a second time: a file, or so little that it is kept.</summary>
    public bool CanRepeat => source.CanSeek || _isWhole;

    /// <summary>Reads the first piece: afterwards it is known whether there is more, and no token grows old while somebody types.</summary>
    public async Task BeginAsync(CancellationToken cancellation)
    {
        if (source.CanSeek) return;
        var buffer = new byte[PieceBytes];
        var length = 0;
        // A read from a terminal or a pipe can't be called off; its thread ends with the process.
        while (length < buffer.Length && !_isWhole)
        {
            var read = await ReadAsync(buffer.AsMemory(length), cancellation).ConfigureAwait(false);
            length += read;
            _isWhole = read == 0;
        }

        _first = buffer[..length];
    }

    public HttpContent ToContent(IdleTimeout idle)
    {
        HttpContent content = _isWhole ? new ByteArrayContent(_first) : new Content(this, idle);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        return content;
    }

    private async Task<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellation)
    {
        try
        {
            return await Task.Run(() => source.Read(buffer.Span), cancellation).WaitAsync(cancellation).ConfigureAwait(false);
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            throw new AuthException($"can't read {name}: {SystemCallException.ReasonOf(problem)}", cause: problem);
        }
    }

    private sealed class Content(ApiBody body, IdleTimeout idle) : HttpContent
    {
        protected override bool TryComputeLength(out long length)
        {
            length = body.HasLength ? body.Length : 0;
            return body.HasLength;
        }

        protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
            SerializeToStreamAsync(stream, context, CancellationToken.None);

        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
        {
            await WriteAsync(body._first).ConfigureAwait(false);
            if (body.CanRepeat) body.Rewind();
            var left = body.HasLength ? body.Length : long.MaxValue;
            var buffer = new byte[PieceBytes];
            while (left > 0)
            {
                idle.Pause();
                var read = await body.ReadAsync(buffer.AsMemory(0, (int)Math.Min(left, buffer.Length)), cancellationToken).ConfigureAwait(false);
                idle.Watch();
                if (read == 0) break;
                left -= read;
                await WriteAsync(buffer.AsMemory(0, read)).ConfigureAwait(false);
            }

            if (body.HasLength && left > 0) throw new AuthException($"{body.Name} became shorter while it was sent");

            async Task WriteAsync(ReadOnlyMemory<byte> piece)
            {
                await stream.WriteAsync(piece, cancellationToken).ConfigureAwait(false);
                idle.Watch();
            }
        }
    }

    private string Name => name;

    // A file of length 0 may be one that the kernel makes up as it is read.
    private bool HasLength => source.CanSeek && Length > 0;

    private long Length => source.Length - _start;

    private void Rewind() => source.Position = _start;
}
