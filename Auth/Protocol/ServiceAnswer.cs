using System.Net;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Datagen.Auth;

namespace Datagen.Protocol;

/// <summary>What a server answered: never 3xx, 429 or 5xx, which are exceptions.</summary>
/// <param name="Address">What was asked.</param>
/// <param name="Status">The status.</param>
/// <param name="Body">The body, within its bound.</param>
/// <param name="Secrets">What was sent that must not be shown, should the server repeat it.</param>
internal readonly record struct ServiceAnswer(
    Uri Address, HttpStatusCode Status, ReadOnlyMemory<byte> Body, IReadOnlyList<string> Secrets)
{
    private const int ShortestSecret = 6;

    /// <summary>What time it was for the server.</summary>
    public DateTimeOffset? Date { get; init; }

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
        if (Body.Span.IndexOf((byte)'{') < 0) return new OAuthError(null, null);
        ErrorResponse error;
        try
        {
            error = Decode(ProtocolJson.Default.ErrorResponse);
        }
        catch (AuthException)
        {
            // Not an OAuth answer at all, such as a proxy's page: then its status is all that it says.
            return new OAuthError(null, null);
        }

        return new OAuthError(Redact(error.Error), Redact(TextOf(error.ErrorDescription)), error.Interval?.ToTimeSpan());
    }

    private static string? TextOf(JsonElement element)
    {
        try
        {
            return element.ValueKind == JsonValueKind.String ? element.GetString() : null;
        }
        catch (InvalidOperationException)
        {
            return null; // half a surrogate pair
        }
    }

    public string? Redact(string? text)
    {
        foreach (var secret in Secrets.Where(secret => secret.Length >= ShortestSecret))
            text = text?.Replace(secret, "[redacted]", StringComparison.OrdinalIgnoreCase);
        return text;
    }

    /// <summary>The failure that an unsuccessful answer is, told to a person.</summary>
    public AuthException Refusal(string what)
    {
        var error = DecodeError();
        return new AuthException(error.Code is null
            ? $"{Address.Authority} refused {what} (it answered {(int)Status})"
            : $"{Address.Authority} refused {what}: {error}");
    }

    public override string ToString() => $"{(int)Status} from {Address.Authority}";

    public AuthException Unexpected(string what, Exception? cause = null) =>
        new($"the answer of {Address.GetLeftPart(UriPartial.Path)} is not what it should be: {what}", cause: cause);
}
