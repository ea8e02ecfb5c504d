using System.Diagnostics.CodeAnalysis;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Datagen.Storage;

/// <summary>What credentials.json holds.</summary>
internal sealed record Credential
{
    public required string AccessToken { get; init; }

    public string? TokenType { get; init; }

    public string? Email { get; init; }

    public string? ActiveOrgSlug { get; init; }

    public string[]? Groups { get; init; }

    public DateTimeOffset StoredAt { get; init; }

    public DateTimeOffset? ExpiresAt { get; init; }

    public string? RefreshToken { get; init; }

    public string? IdToken { get; init; }

    public string? Issuer { get; init; }

    public string? ClientId { get; init; }

    public string? ClientSecret { get; init; }

    public Endpoints? Endpoints { get; init; }

    /// <summary>Keys of a newer version, kept when the file is written again.</summary>
    [JsonExtensionData]
    public Dictionary<string, JsonElement>? Others { get; set; }

    /// <summary>Whether the token lives for longer than <paramref name="margin"/> from <paramref name="now"/>; one that names no expiry does.</summary>
    public bool OutlivesBy(TimeSpan margin, DateTimeOffset now) => ExpiresAt is not { } end || end - now > margin;

    // A record prints its members by default, and these are secrets.
    public override string ToString() => $"credential of {Email}";

    public static Credential Parse(ReadOnlySpan<byte> utf8)
    {
        var credential = JsonSerializer.Deserialize(utf8, StorageJson.Default.Credential);
        return IsToken(credential?.AccessToken) ? credential! : throw new JsonException("no usable access_token");
    }

    /// <summary>Whether a text can be a token: visible ASCII, as in RFC 6749 appendix A.12.</summary>
    public static bool IsToken([NotNullWhen(true)] string? text) => text is { Length: > 0 } && text.All(c => c is > ' ' and <= '~');

    public byte[] ToUtf8() => [.. JsonSerializer.SerializeToUtf8Bytes(this, StorageJson.Readable.Credential), (byte)'\n'];
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    RespectNullableAnnotations = true,
    WriteIndented = true,
    Converters = [typeof(UtcSeconds)])]
[JsonSerializable(typeof(Credential))]
internal sealed partial class StorageJson : JsonSerializerContext
{
    private static StorageJson? s_readable;

    // Tokens hold '+' and '/': written as they are, so that the file can be searched for them.
    public static StorageJson Readable => s_readable ??=
        new(new JsonSerializerOptions(Default.GeneratedSerializerOptions!) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
}

/// <summary>A moment as <c>2026-04-23T15:30:00Z</c>: UTC, whole seconds.</summary>
internal sealed class UtcSeconds : JsonConverter<DateTimeOffset>
{
    public static string Format(DateTimeOffset moment) =>
        moment.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", System.Globalization.CultureInfo.InvariantCulture);

    public override DateTimeOffset Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType == JsonTokenType.String && reader.TryGetDateTimeOffset(out var moment)
            ? moment
            : throw new JsonException("not a date and time");

    public override void Write(Utf8JsonWriter writer, DateTimeOffset value, JsonSerializerOptions options) =>
        writer.WriteStringValue(Format(value));
}
