using System.Text.Json;
using System.Text.Json.Serialization;

namespace Datagen.Protocol;

/// <summary>A member that is a text; of any other type it is as good as absent, and whoever needs it says so.</summary>
internal sealed class TextIfTextConverter : JsonConverter<string>
{
    public override string? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType == JsonTokenType.String)
        {
            try
            {
                return reader.GetString();
            }
            catch (InvalidOperationException)
            {
                return null; // half a surrogate pair
            }
        }

        reader.Skip();
        return null;
    }

    public override void Write(Utf8JsonWriter writer, string value, JsonSerializerOptions options) =>
        throw new NotSupportedException(); // Answers are only read.
}

/// <summary>A member that is true; anything else is false.</summary>
internal sealed class TrueIfTrueConverter : JsonConverter<bool>
{
    public override bool Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        var isTrue = reader.TokenType == JsonTokenType.True;
        reader.Skip();
        return isTrue;
    }

    public override bool HandleNull => true;

    public override void Write(Utf8JsonWriter writer, bool value, JsonSerializerOptions options) =>
        throw new NotSupportedException(); // Answers are only read.
}

/// <summary>The texts of an array; null for anything but an array.</summary>
internal sealed class TextsIfArrayConverter : JsonConverter<IReadOnlyList<string>>
{
    private static readonly TextIfTextConverter s_text = new();

    public override IReadOnlyList<string>? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType != JsonTokenType.StartArray)
        {
            reader.Skip();
            return null;
        }

        var texts = new List<string>();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (s_text.Read(ref reader, typeof(string), options) is { } text) texts.Add(text);
        }

        return texts;
    }

    public override void Write(Utf8JsonWriter writer, IReadOnlyList<string> value, JsonSerializerOptions options) =>
        throw new NotSupportedException(); // Answers are only read.
}
