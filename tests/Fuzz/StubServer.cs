using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json;
using Datagen.Auth;
using Datagen.Console;
using Datagen.Protocol;

namespace Fuzz;

/// <summary>Answers with what an input says: a line with the status and perhaps <c>Retry-After</c>, then the body.</summary>
internal sealed class StubServer(byte[] input) : HttpMessageHandler
{
    public static readonly Uri Issuer = new("https://id.example");

    private readonly List<string> _trace = [];

    public ServiceClient Client => new(_ => new HttpClient(this, disposeHandler: false), _trace.Add);

    /// <summary>What must hold of every exchange: an answer, or a failure of ours; and nothing said that a terminal acts on.</summary>
    public static T? Ask<T>(byte[] input, Func<ServiceClient, Task<T?>> ask)
        where T : class
    {
        using var server = new StubServer(input);
        try
        {
            var answer = ask(server.Client).GetAwaiter().GetResult();
            Feature.Note("accepted");
            return answer;
        }
        catch (AuthException failure)
        {
            Spoken.Failure(failure);
            return null;
        }
        finally
        {
            server._trace.ForEach(Spoken.Line);
        }
    }

    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
        Task.FromResult(Answer(input));

    public static HttpResponseMessage Answer(ReadOnlySpan<byte> input)
    {
        var end = input.IndexOf((byte)'\n');
        var words = Encoding.Latin1.GetString(end < 0 ? input : input[..end]).Split(' ', 2);
        var status = int.TryParse(words[0], NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number is >= 200 and <= 599 ? number : 200;
        var response = new HttpResponseMessage((HttpStatusCode)status) { Content = new ByteArrayContent(end < 0 ? [] : input[(end + 1)..].ToArray()) };
        if (words.Length > 1) response.Headers.TryAddWithoutValidation("Retry-After", words[1]);
        return response;
    }
}

/// <summary>What may be said to a person.</summary>
internal static class Spoken
{
    private const int LongestLine = 6000;

    public static void Failure(Exception problem)
    {
        Feature.Note(problem.Message);
        var failure = Datagen.Console.Failure.Of(problem, Product.Datagen, 0);
        PropertyException.Require(!failure.Message.Contains("defect", StringComparison.Ordinal) || problem is AuthException or CredentialsFileException, problem.ToString());
        Line(failure.Message);
        if (failure.Hint is { } hint) Line(hint);
        using var said = new StringWriter();
        new Output(OutputFormat.Json, TextWriter.Null, said).Print(failure);
        Line(said.ToString().TrimEnd('\n'));
        using var _ = JsonDocument.Parse(said.ToString());
    }

    public static void Line(string text)
    {
        PropertyException.Require(text.Length <= LongestLine, $"{text.Length} characters are said at once");
        Harmless(text);
    }

    public static void Lines(string text)
    {
        foreach (var line in text.Split('\n')) Harmless(line);
    }

    private static void Harmless(string text)
    {
        foreach (var rune in text.EnumerateRunes())
        {
            if (Rune.GetUnicodeCategory(rune) is UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator)
                throw new PropertyException($"U+{rune.Value:X4} is said: {text}");
        }
    }
}

/// <summary>JSON as the framework's document sees it.</summary>
internal static class Json
{
    /// <summary>Whether all its names and texts can be read: no halves of surrogate pairs, nothing that is not UTF-8.</summary>
    public static bool IsText(ReadOnlySpan<byte> utf8)
    {
        try
        {
            using var document = JsonDocument.Parse(utf8.ToArray());
            return IsText(document.RootElement);
        }
        catch (InvalidOperationException)
        {
            return false;
        }
    }

    private static bool IsText(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => value.GetString() is not null,
        JsonValueKind.Array => value.EnumerateArray().All(IsText),
        JsonValueKind.Object => value.EnumerateObject().All(member => member.Name is not null && IsText(member.Value)),
        _ => true,
    };
}
