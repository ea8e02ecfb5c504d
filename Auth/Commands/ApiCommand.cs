using System.Buffers;
using System.Text;
using System.Text.Json;
using ConsoleAppFramework;
using Datagen.Auth;
using Datagen.Console;
using Datagen.Host;
using Datagen.Protocol;
using Datagen.Sessions;
using Datagen.Storage;

namespace Datagen.Commands;

internal sealed class ApiCommand(World world)
{
    private static readonly TimeSpan s_longestIdle = TimeSpan.FromSeconds(60);

    // Who asks, of whom, for whom, and how long the message is: none of these is a caller's to say.
    private static readonly HashSet<string> s_ourHeaders = new(StringComparer.OrdinalIgnoreCase)
    {
        "Authorization", "Proxy-Authorization", "Host", "Content-Length", "Transfer-Encoding", "Connection", "Upgrade", "TE", "Trailer",
        RequestTrace.OrganizationHeader,
    };

    /// <summary>Call the platform's API, {acting}. Example: {name} api '/v1/datasets?limit=10' --paginate Example: {name} api /v1/jobs --input job.json</summary>
    /// <param name="path">path: What to ask for, below the API's address, such as /v1/datasets?limit=10</param>
    /// <param name="method">-X, method: The method; GET unless told, POST with --input</param>
    /// <param name="header">-H, header: A header to add, as 'Name: value'; may be repeated</param>
    /// <param name="input">file: The file to send as the body, JSON unless a Content-Type says otherwise; - for standard input</param>
    /// <param name="field">-f, key=value: A member of a JSON object to send as the body, its value a text; may be repeated</param>
    /// <param name="include">-i, Print the answer's status and headers first</param>
    /// <param name="paginate">Ask for the following pages too, as the answers' Link headers name them</param>
    /// <param name="format">text|json: Format of errors: text or json</param>
    public Task<int> Api(
        [Argument, AnyWord] string path,
        string? method = null,
        [Repeated] string[]? header = null,
        string? input = null,
        [Repeated] string[]? field = null,
        bool include = false,
        bool paginate = false,
        [FormatValue] OutputFormat format = OutputFormat.Text) => world.RunAsync(async () =>
    {
        world.Listen();
        if (ApiAddress.Fault(path) is { } fault)
            throw new UsageException($"{Printable.Text(path)} is no path below the API's address: {fault}", "it takes one such as /v1/datasets?limit=10");
        if (input is not null && field is not null)
            throw new UsageException("--input and --field can't be used together", "--field makes the body that --input would name");
        var hasBody = input is not null || field is not null;
        var verb = ParseMethod(method ?? (hasBody ? "POST" : "GET"));
        var fields = (header ?? []).Select(ParseHeader).ToList();
        if (!hasBody && fields.Find(IsOfBody) is { Key: { } ofBody })
            throw new UsageException($"{ofBody} describes a body, and there is none", "--input names one");
        if (paginate && (verb != HttpMethod.Get || hasBody)) throw new UsageException("--paginate is for GET without a body alone", "leave out --paginate");

        var session = world.NewSession(world.NewOutput(format));
        using Stream? source = field is not null ? new MemoryStream(ToJson(field)) : input is null ? null : input == "-" ? StandardInput.Open() : Open(input);
        var body = source is null ? null : new ApiBody(source, input == "-" ? "standard input" : Printable.Text(input ?? "--field"));
        if (body is not null) await body.BeginAsync(world.Interrupted);

        var client = session.NewApiClient(s_longestIdle);
        Action<HttpResponseMessage>? showHead = include ? answer => world.WriteBytes(Encoding.UTF8.GetBytes(HeadOf(answer))) : null;
        var call = new ApiCall(verb, api => ApiAddress.Of(api, path), fields, body) { ShowHead = showHead };
        var next = await client.SendAsync(call, world.WriteBytes, world.Interrupted);
        var asked = new HashSet<Uri>();
        while (paginate && next is not null)
        {
            if (!asked.Add(next)) throw new AuthException($"{next.Authority} names a page that it has named before as the next one");
            var page = next;
            next = await client.SendAsync(
                call with { Address = api => ApiAddress.Linked(api, page, page.AbsoluteUri) }, world.WriteBytes, world.Interrupted);
        }

        return ExitCode.Done;
    });

    // As curl -i shows it: the status line, a header a line, a blank line.
    internal static string HeadOf(HttpResponseMessage answer)
    {
        var head = new StringBuilder($"HTTP/{answer.Version} {(int)answer.StatusCode} {Printable.Text(answer.ReasonPhrase)}".TrimEnd()).Append("\r\n");
        foreach (var (name, values) in answer.Headers.NonValidated.Concat(answer.Content.Headers.NonValidated))
        {
            foreach (var value in values) head.Append($"{name}: {Printable.Text(value)}\r\n");
        }

        return head.Append("\r\n").ToString();
    }

    /// <summary>One JSON object of texts, in the order given.</summary>
    internal static byte[] ToJson(IEnumerable<string> fields)
    {
        var members = new Dictionary<string, string>();
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            foreach (var field in fields)
            {
                var end = field.IndexOf('=', StringComparison.Ordinal);
                // The text is not repeated: it may hold a secret.
                if (end <= 0) throw new UsageException("a field must be written as key=value", "such as -f name=climate");
                if (!members.TryAdd(field[..end], field[(end + 1)..])) throw new UsageException($"the field {Printable.Text(field[..end])} is given twice", "name each field once");
                json.WriteString(field[..end], field[(end + 1)..]);
            }

            json.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }

    internal static HttpMethod ParseMethod(string text) =>
        text.Length is > 0 and <= 32 && text.All(char.IsAsciiLetter) && text.ToUpperInvariant() is var name and not ("CONNECT" or "TRACE")
            ? new HttpMethod(name)
            : throw new UsageException($"{Printable.Text(text)} is no method of an API", "--method takes GET, POST, PUT, PATCH, DELETE, HEAD or OPTIONS");

    internal static KeyValuePair<string, string> ParseHeader(string text)
    {
        const string Separators = "\"(),/:;<=>?@[\\]{}"; // RFC 9110 section 5.6.2
        var end = text.IndexOf(':', StringComparison.Ordinal);
        var name = end < 0 ? "" : text[..end];
        var value = end < 0 ? "" : text[(end + 1)..].Trim(' ', '\t');
        if (name.Length == 0 || name.Any(c => c is <= ' ' or > '~' || Separators.Contains(c, StringComparison.Ordinal)))
            // The text is not repeated: it may hold a secret.
            throw new UsageException("a header must be written as 'Name: value'", "such as -H 'Accept: text/csv'");
        if (value.Any(c => c is (< ' ' or > '~') and not '\t')) throw new UsageException($"the value of {name} holds a character that no header has", "write it in printable ASCII");
        if (s_ourHeaders.Contains(name))
            throw new UsageException(
                $"the header {name} can't be set",
                name.Equals(RequestTrace.OrganizationHeader, StringComparison.OrdinalIgnoreCase) ? "DATAGEN_ORG names another organization" : "leave it out; it is set for you");
        return new(name, value);
    }

    // As the framework sorts them.
    private static bool IsOfBody(KeyValuePair<string, string> header) =>
        header.Key.StartsWith("Content-", StringComparison.OrdinalIgnoreCase)
        || header.Key.ToUpperInvariant() is "ALLOW" or "EXPIRES" or "LAST-MODIFIED";

    private static FileStream Open(string path)
    {
        try
        {
            // Shared in every way, or the framework would lock the file.
            return new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            var why = Directory.Exists(path) ? "it is a folder"
                : problem is FileNotFoundException ? "no such file"
                : SystemCallException.ReasonOf(problem);
            throw new AuthException($"can't read {Printable.Text(path)}: {why}", "--input names a file, or - for standard input", problem);
        }
    }
}
