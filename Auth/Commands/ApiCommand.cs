using System.Text;
using Datagen.Auth;
using Datagen.Console;
using Datagen.Host;
using Datagen.Protocol;
using Datagen.Sessions;
using Datagen.Storage;

namespace Datagen.Commands;

internal static class ApiCommand
{
    private static readonly TimeSpan LongestIdle = TimeSpan.FromSeconds(60);

    // Who asks, of whom, for whom, and how long the message is: none of these is a caller's to say.
    private static readonly HashSet<string> OurHeaders = new(StringComparer.OrdinalIgnoreCase)
    {
        "Authorization", "Proxy-Authorization", "Host", "Content-Length", "Transfer-Encoding", "Connection", "Upgrade", "TE", "Trailer",
        RequestTrace.OrganizationHeader,
    };

    /// <param name="session">Whose token.</param>
    /// <param name="path">Relative to the API's base.</param>
    /// <param name="method">Null for GET, or POST with a body.</param>
    /// <param name="headers">Each as <c>Name: value</c>.</param>
    /// <param name="input">The file to send, or <c>-</c>; null for no body.</param>
    /// <param name="openStandardInput">Standard input.</param>
    /// <param name="paginate">Whether to go on to the next page while there is one.</param>
    /// <param name="write">Standard output: the answers, byte for byte.</param>
    /// <param name="cancellation">Calls it off.</param>
    public static async Task<int> RunAsync(
        Session session,
        string path,
        string? method,
        IReadOnlyList<string> headers,
        string? input,
        Func<Stream> openStandardInput,
        bool paginate,
        Action<ReadOnlyMemory<byte>> write,
        CancellationToken cancellation)
    {
        if (ApiAddress.Fault(path) is { } fault)
            throw new UsageException($"{Printable.Text(path)} is no path below the API's address: {fault}", "it takes one such as /v1/datasets?limit=10");
        var verb = ParseMethod(method ?? (input is null ? "GET" : "POST"));
        var fields = headers.Select(ParseHeader).ToList();
        if (input is null && fields.Find(IsOfBody) is { Key: { } ofBody })
            throw new UsageException($"{ofBody} describes a body, and there is none", "--input names one");
        if (paginate && (verb != HttpMethod.Get || input is not null)) throw new UsageException("--paginate is for GET without a body alone");

        using var source = input is null ? null : input == "-" ? openStandardInput() : Open(input);
        var body = source is null ? null : new ApiBody(source, input == "-" ? "standard input" : Printable.Text(input));
        if (body is not null) await body.BeginAsync(cancellation);

        var client = session.NewApiClient(LongestIdle);
        var next = await client.SendAsync(new ApiCall(verb, api => ApiAddress.Of(api, path), fields, body), write, cancellation);
        var asked = new HashSet<Uri>();
        while (paginate && next is not null)
        {
            if (!asked.Add(next)) throw new AuthException($"{next.Authority} names a page that it has named before as the next one");
            var page = next;
            next = await client.SendAsync(new ApiCall(verb, api => ApiAddress.Linked(api, page, page.AbsoluteUri), fields, null), write, cancellation);
        }

        return ExitCode.Done;
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
            throw new UsageException("a header must be written as 'Name: value'");
        if (value.Any(c => c is (< ' ' or > '~') and not '\t')) throw new UsageException($"the value of {name} holds a character that no header has");
        if (OurHeaders.Contains(name))
            throw new UsageException(
                $"the header {name} can't be set",
                name.Equals(RequestTrace.OrganizationHeader, StringComparison.OrdinalIgnoreCase) ? "DATAGEN_ORG names another organization" : null);
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
            throw new AuthException($"can't read {Printable.Text(path)}: {(Directory.Exists(path) ? "it is a folder" : SystemCallException.ReasonOf(problem))}", cause: problem);
        }
    }
}
