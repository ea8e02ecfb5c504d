using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Datagen.Auth;
using Datagen.Host;
using Datagen.Storage;

namespace Datagen.Console;

/// <summary>How the program speaks.</summary>
/// <remarks>
/// Standard output has the answer and nothing else: in JSON one object on one line. Everything else goes to standard error:
/// prompts, warnings (<c>warning: …</c>), errors (<c>error: …</c>, then <c>hint: …</c>; in JSON one line). Messages begin in
/// lower case and end without a period. Whatever a server or a file had a say in is made printable first.
/// </remarks>
internal sealed class Output(OutputFormat format, TextWriter results, TextWriter messages)
{
    private const string Nothing = "none";
    private static readonly Lock s_oneAtATime = new();
    private static readonly JsonWriterOptions Json = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public OutputFormat Format => format;

    /// <summary>The width of the terminal behind a standard stream; null where there is none, and nothing is wrapped.</summary>
    public Func<int, int?> TellsColumns { get; init; } = _ => null;

    public void Print(Answer answer, Identity? identity = null)
    {
        if (format == OutputFormat.Json)
        {
            PrintJson(json =>
            {
                foreach (var fact in answer.Facts) WriteFact(json, fact, answer.Status, identity);
            });
            return;
        }

        // In one pass, so that a name with braces in it stands for itself.
        var text = new StringBuilder();
        foreach (var part in (identity?.ExpiresAt is null ? answer.WithoutExpiry ?? answer.Text : answer.Text).Split('{'))
        {
            var end = part.IndexOf('}', StringComparison.Ordinal);
            if (end >= 0) text.Append(TextOf(part[..end], identity));
            text.Append(part.AsSpan(end + 1));
        }

        PrintLine(text.ToString());
    }

    /// <summary>Help, as wide as the terminal that standard output may be.</summary>
    public void Print(HelpPage page) =>
        results.Write(HelpText.Of(page, TellsColumns(StandardStream.StandardOutput) ?? Terminal.UsualColumns));

    /// <summary>For an answer that an error follows.</summary>
    public void Flush() => results.Flush();

    /// <summary>A line in pieces, which need not be put together first.</summary>
    public void PrintLine(params ReadOnlySpan<string> pieces)
    {
        foreach (var piece in pieces) results.Write(piece);
        results.Write('\n');
    }

    public void PrintJson(Action<Utf8JsonWriter> writeProperties) => PrintLine(JsonLine(writeProperties));

    /// <summary>An object that ends in an array of objects, which are written one by one: there can be 100,000 of them.</summary>
    public void PrintJson<T>(
        string array, IReadOnlyList<T> items, Action<Utf8JsonWriter> writeProperties, Action<Utf8JsonWriter, T> writeItem)
    {
        var buffer = new ArrayBufferWriter<byte>(256);
        using var json = new Utf8JsonWriter(buffer, Json);
        var head = JsonLine(writeProperties);
        results.Write(head.AsSpan(0, head.Length - 1));
        results.Write($",\"{array}\":[");
        for (var i = 0; i < items.Count; i++)
        {
            json.WriteStartObject();
            writeItem(json, items[i]);
            json.WriteEndObject();
            json.Flush();
            if (i > 0) results.Write(',');
            results.Write(Printable.Json(Encoding.UTF8.GetString(buffer.WrittenSpan)));
            buffer.ResetWrittenCount();
            json.Reset();
        }

        results.Write("]}\n");
    }

    public void Prompt(string line) => Say(line + '\n');

    public void Warn(string warning) => Tell($"warning: {warning}");

    public void Note(string note) => Tell($"note: {note}");

    /// <summary>A line of the answer that may be longer than the terminal is wide; what follows is indented.</summary>
    public void PrintRow(string line, int indent) => PrintLine(Wrapped(line, indent, StandardStream.StandardOutput));

    /// <summary>A line that the next one takes the place of. Only for a terminal.</summary>
    public void Progress(string line) => Say($"\r{line}\u001b[K");

    /// <summary>A sequence that a terminal acts on and does not show.</summary>
    public void Control(string sequence) => Say(sequence);

    public void Print(Failure failure)
    {
        if (format == OutputFormat.Text)
        {
            Tell($"error: {failure.Message}");
            if (failure.Hint is { } hint) Tell($"hint: {hint}");
            return;
        }

        Prompt(JsonLine(json =>
        {
            json.WriteStartObject("error");
            json.WriteString("code", failure.Code);
            json.WriteString("message", failure.Message);
            if (failure.Hint is { } hint) json.WriteString("hint", hint);
            json.WriteEndObject();
        }));
    }

    private void Tell(string line) => Prompt(Wrapped(line, 2, StandardStream.StandardError));

    // The terminal itself would break it in the middle of a word. What is not read by a person stays one line.
    private string Wrapped(string line, int indent, int stream)
    {
        if (format != OutputFormat.Text || TellsColumns(stream) is not { } columns || line.Length <= columns) return line;
        var text = new StringBuilder(line[..indent]);
        HelpText.Paragraph(text, line[indent..], indent, indent, columns);
        return text.ToString().TrimEnd('\n');
    }

    // Ways to sign in that run beside each other speak from several threads.
    private void Say(string text)
    {
        lock (s_oneAtATime)
        {
            messages.Write(text);
            messages.Flush();
        }
    }

    private static string JsonLine(Action<Utf8JsonWriter> writeProperties)
    {
        var buffer = new ArrayBufferWriter<byte>(256);
        using (var json = new Utf8JsonWriter(buffer, Json))
        {
            json.WriteStartObject();
            writeProperties(json);
            json.WriteEndObject();
        }

        return Printable.Json(Encoding.UTF8.GetString(buffer.WrittenSpan));
    }

    private static string TextOf(string fact, Identity? identity) => fact switch
    {
        Fact.Email => Shown(identity?.Email),
        Fact.ActiveOrgSlug => Shown(identity?.ActiveOrgSlug),
        Fact.Role => Shown(identity?.Role),
        Fact.Groups => identity?.Groups is { Count: > 0 } groups ? string.Join(", ", groups.Select(Printable.Text)) : Nothing,
        Fact.ExpiresAt => identity?.ExpiresAt is { } moment ? UtcSeconds.Format(moment) : "unknown",
        _ => "",
    };

    private static string Shown(string? value) => Printable.Text(value) is { Length: > 0 } shown ? shown : Nothing;

    private static void WriteFact(Utf8JsonWriter json, string fact, string? status, Identity? identity)
    {
        switch (fact)
        {
            case Fact.Status:
                json.WriteString(fact, status);
                break;
            case Fact.Email:
                json.WriteString(fact, identity?.Email);
                break;
            case Fact.ActiveOrgSlug:
                json.WriteString(fact, identity?.ActiveOrgSlug);
                break;
            case Fact.Role:
                json.WriteString(fact, identity?.Role);
                break;
            case Fact.Groups:
                json.WriteStartArray(fact);
                foreach (var group in identity?.Groups ?? []) json.WriteStringValue(group);
                json.WriteEndArray();
                break;
            case Fact.ExpiresAt:
                json.WriteString(fact, identity?.ExpiresAt is { } moment ? UtcSeconds.Format(moment) : null);
                break;
        }
    }
}

internal enum OutputFormat
{
    Text,
    Json,
}
