using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.Primitives;

namespace LocalService.Observing;

/// <summary>A request as it arrived, and what became of it. Holds secrets: for tests, never for a log file.</summary>
public sealed class LoggedRequest
{
    public required DateTimeOffset At { get; init; }

    public required string Method { get; init; }

    public required string Path { get; init; }

    /// <summary>With the question mark, or empty.</summary>
    public required string QueryString { get; init; }

    public required IReadOnlyDictionary<string, StringValues> Headers { get; init; }

    public required string Body { get; init; }

    /// <summary>The form fields, if the body is a form.</summary>
    public required IReadOnlyDictionary<string, StringValues> Form { get; init; }

    /// <summary>Null until answered, and for good where the connection was dropped without an answer.</summary>
    public int? Status { get; internal set; }

    /// <summary>What went wrong inside the service, if the answer is a 500 of its own.</summary>
    public Exception? Failure { get; internal set; }

    public string? Header(string name) => Headers.TryGetValue(name, out var value) ? value.ToString() : null;

    public string? Field(string name) => Form.TryGetValue(name, out var value) ? value.ToString() : null;

    public string? Query(string name) => QueryHelpers.ParseQuery(QueryString).TryGetValue(name, out var value) ? value.ToString() : null;

    public override string ToString() => $"{Method} {Path} → {(Status is { } status ? status : "no answer")}";
}
