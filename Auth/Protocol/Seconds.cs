using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Datagen.Protocol;

/// <summary>A time span in seconds. Some servers send it as text.</summary>
[JsonConverter(typeof(SecondsConverter))]
internal readonly record struct Seconds(double Value)
{
    /// <summary>Short enough to be added to any date of ours.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromDays(365 * 100);

    /// <summary>A lifetime in whole seconds; null for none that could be meant.</summary>
    public TimeSpan? ToLifetime() => Value >= 1 ? TimeSpan.FromSeconds(Math.Floor(ToTimeSpan().TotalSeconds)) : null;

    /// <summary>Never negative, nor longer than <see cref="Longest"/>.</summary>
    public TimeSpan ToTimeSpan() =>
        Value >= Longest.TotalSeconds ? Longest : Value > 0 ? TimeSpan.FromSeconds(Value) : TimeSpan.Zero;
}

internal sealed class SecondsConverter : JsonConverter<Seconds>
{
    public override Seconds Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType switch
        {
            JsonTokenType.Number when reader.TryGetDouble(out var number) => new Seconds(number),
            // Read generously, but "NaN" and "Infinity", which the framework takes for numbers, are none.
            JsonTokenType.String when double.TryParse(
                reader.GetString(), NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number) => new Seconds(number),
            _ => throw new JsonException("not a number of seconds"),
        };

    public override void Write(Utf8JsonWriter writer, Seconds value, JsonSerializerOptions options) =>
        throw new NotSupportedException(); // Answers are only read.
}

/// <summary>As if nothing had been said where it is no number: the tokens beside it are too dear to be lost over that.</summary>
internal sealed class SecondsIfUnderstoodConverter : JsonConverter<Seconds?>
{
    private static readonly SecondsConverter s_seconds = new();

    public override Seconds? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType is JsonTokenType.Number or JsonTokenType.String)
        {
            try
            {
                return s_seconds.Read(ref reader, typeof(Seconds), options);
            }
            catch (JsonException)
            {
                return null;
            }
        }

        reader.Skip();
        return null;
    }

    public override void Write(Utf8JsonWriter writer, Seconds? value, JsonSerializerOptions options) =>
        throw new NotSupportedException(); // Answers are only read.
}
