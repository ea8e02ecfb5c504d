using System.Text.Json;
using System.Text.Json.Serialization;

namespace Datagen.Storage;

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
