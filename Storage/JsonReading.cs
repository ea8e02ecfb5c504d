using System.Text.Json;

namespace Datagen.Storage;

/// <summary>Values read one after the other, without the serializer, which takes longer to set up than a small object takes to read.</summary>
internal static class JsonReading
{
    /// <summary>The text that comes next; null is one.</summary>
    public static string? ReadText(this ref Utf8JsonReader json)
    {
        json.Read();
        Require(json.TokenType is JsonTokenType.String or JsonTokenType.Null);
        return json.GetString();
    }

    /// <summary>The array of texts that comes next, or null.</summary>
    public static List<string>? ReadTexts(this ref Utf8JsonReader json)
    {
        json.Read();
        if (json.TokenType == JsonTokenType.Null) return null;
        Require(json.TokenType == JsonTokenType.StartArray);
        var texts = new List<string>();
        while (json.Read() && json.TokenType != JsonTokenType.EndArray)
        {
            Require(json.TokenType is JsonTokenType.String or JsonTokenType.Null);
            texts.Add(json.GetString()!);
        }

        return texts;
    }

    public static void Require(bool isRight)
    {
        if (!isRight) throw new JsonException("a wrong type");
    }
}
