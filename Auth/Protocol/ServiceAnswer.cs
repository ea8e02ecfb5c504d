using System.Net;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Datagen.Auth;

namespace Datagen.Protocol;

/// <summary>What a server answered: never 3xx, 429 or 5xx, which are exceptions, unless they were asked for.</summary>
/// <param name="Address">What was asked.</param>
/// <param name="Status">The status.</param>
/// <param name="Body">The body, within its bound.</param>
/// <param name="Secrets">What must not be shown, should the server repeat it.</param>
internal readonly record struct ServiceAnswer(
    Uri Address, HttpStatusCode Status, ReadOnlyMemory<byte> Body, KnownSecrets Secrets)
{
    /// <summary>What time it was for the server.</summary>
    public DateTimeOffset? Date { get; init; }

    /// <summary>What the next proof must repeat (RFC 9449 section 8).</summary>
    public string? DpopNonce { get; init; }

    /// <summary>Whether a proof made now would say something else than the one that was sent.</summary>
    public bool HasTaught { get; init; }

    /// <summary>What a refusal's <c>WWW-Authenticate</c> says (RFC 6750 section 3).</summary>
    public string? Challenge { get; init; }

    /// <summary>Where a redirect leads.</summary>
    public Uri? Location { get; init; }

    public bool IsSuccess => (int)Status is >= 200 and < 300;

    public T Decode<T>(JsonTypeInfo<T> type)
    {
        try
        {
            return JsonSerializer.Deserialize(Body.Span, type) ?? throw Unexpected("null");
        }
        catch (JsonException problem)
        {
            throw Unexpected("not the JSON that belongs there", problem);
        }
    }

    /// <summary>The OAuth error in an unsuccessful answer (RFC 6749 section 5.2).</summary>
    public OAuthError DecodeError()
    {
        if (Body.Span.IndexOf((byte)'{') < 0) return new OAuthError(null, null, Status: (int)Status);
        ErrorResponse error;
        try
        {
            error = Decode(ProtocolJson.Default.ErrorResponse);
        }
        catch (AuthException)
        {
            // Not an OAuth answer at all, such as a proxy's page: then its status is all that it says.
            return new OAuthError(null, null, Status: (int)Status);
        }

        var description = error.ErrorDescription ?? (error.Error is null ? error.Message ?? error.Detail : null);
        return new OAuthError(Redact(NotEmpty(error.Error)), Redact(description), error.Interval?.ToTimeSpan(), (int)Status);

        static string? NotEmpty(string? text) => string.IsNullOrEmpty(text) ? null : text;
    }

    public string? Redact(string? text) => Secrets.Redact(text);

    /// <summary>The failure that an unsuccessful answer is, told to a person.</summary>
    public AuthException Refusal(string what)
    {
        var error = DecodeError();
        return new AuthException(error.After($"{Address.Authority} refused {what}")) { Reason = error.Code };
    }

    public override string ToString() => $"{(int)Status} from {Address.Authority}";

    public AuthException Unexpected(string what, Exception? cause = null) =>
        new($"the answer of {Address.GetLeftPart(UriPartial.Path)} is not what it should be: {what}", cause: cause);
}
