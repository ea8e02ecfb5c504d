using System.Net;
using System.Text;
using Datagen.Flows;
using Datagen.Protocol;
using Microsoft.AspNetCore.WebUtilities;

namespace Fuzz.Targets;

/// <summary>What comes to the loopback port, and what a person pastes.</summary>
internal static class Redirects
{
    private static readonly Uri s_redirect = new("http://127.0.0.1:8400/callback");
    private static readonly AuthorizationRequest s_request = new(
        new Uri("https://id.example/a"), "https://id.example", responseNamesIssuer: false, new OAuthClient("c", null), "openid", [], s_redirect);

    private static readonly string s_state = Parse(s_request.Address().Query)["state"].Single();

    private static readonly string[] s_words =
    [
        "state", "code", "iss", "error", "error_description", "access_denied", s_state, "&", "=", "%3D", "%26", "+", "%2B", "%", "%zz", "%00", "%0d%0a", "%e2%80%ae", "https%3A%2F%2Fid.example", "https%3A%2F%2Fevil.example",
        "GET", "POST", "HEAD", "HTTP/1.1", "HTTP/1.0", "HTTP/2.0", "Host: ", "host:", "127.0.0.1:8400", "localhost:8400", "/callback", "/callback/", "//callback", "?", "#", "http://127.0.0.1:8400/callback", "\r\n", "\n", "\r",
        "Content-Length: 5", "Transfer-Encoding: chunked", "Origin: https://evil.example",
    ];

    /// <summary>Let through is a GET of the one path for the one host, and what is behind its question mark to the letter.</summary>
    public static Target Head { get; } = Target.OfText(
        "request head",
        20_000,
        [
            $"GET /callback?code=c&state={s_state} HTTP/1.1\r\nHost: 127.0.0.1:8400\r\nUser-Agent: x",
            "GET /callback HTTP/1.0\r\nhost:127.0.0.1:8400",
            "POST /callback HTTP/1.1\r\nHost: localhost:8400\r\n\r\nx",
        ],
        s_words,
        text =>
        {
            var head = Encoding.Latin1.GetString(Encoding.UTF8.GetBytes(text));
            if (LoopbackListener.QueryOf(head, s_redirect) is not { } query)
            {
                Feature.Note("404");
                return;
            }

            Feature.Note("let through");
            var first = head.Split("\r\n")[0];
            PropertyException.Require(
                first.StartsWith("GET /callback", StringComparison.Ordinal) && (first.EndsWith(" HTTP/1.1", StringComparison.Ordinal) || first.EndsWith(" HTTP/1.0", StringComparison.Ordinal)),
                "another request line is let through");
            PropertyException.Require(first[4..^9] == (query.Length > 0 ? $"/callback?{query}" : "/callback") || first[4..^9] == "/callback?", "another query is let through");
            PropertyException.Require(
                head.Split("\r\n").Count(line => line.StartsWith("host:", StringComparison.OrdinalIgnoreCase)) == 1 && head.Contains("127.0.0.1:8400", StringComparison.Ordinal),
                "another host is let through");
        });

    /// <summary>Decoded as the framework's own parser of queries does.</summary>
    public static Target Query { get; } = Target.OfText(
        "callback query",
        20_000,
        [
            $"code=c-1&state={s_state}&iss=https%3A%2F%2Fid.example",
            $"?state={s_state}&error=access_denied&error_description=no+way%21%0A%1b[2J",
            $"state={s_state}&code=c&code=d",
            "code=c&state=other",
        ],
        s_words,
        CheckQuery);

    public static Target Pasted { get; } = Target.OfText(
        "pasted address",
        15_000,
        [$"http://127.0.0.1:8400/callback?code=c-1&state={s_state}#x", "c-1", "  c-1 ", "http://127.0.0.1/", $"?code=c&state={s_state}"],
        s_words,
        text =>
        {
            if (s_request.MatchPasted(text) is not { } response) return;
            PropertyException.Require(response.Code is { Length: > 0 } != (response.Error is not null), "neither or both of code and error");
            if (response.Code is null || !text.Contains('?', StringComparison.Ordinal))
            {
                PropertyException.Require(response.Code is null || response.Code.All(c => c is > ' ' and <= '~'), "a code that is none");
                return;
            }

            CheckQuery(text[(text.IndexOf('?', StringComparison.Ordinal) + 1)..].Split('#')[0]);
        });

    private static void CheckQuery(string query)
    {
        var response = s_request.Match(query);
        if (IsNoUtf8(WebUtility.UrlDecode(query))) return;
        Feature.Note(response is null ? "none" : response.Error is null ? "code" : "error");
        var reference = Parse(query);
        var isOurs = reference["state"].SequenceEqual([s_state])
            && (!reference.Contains("iss") || reference["iss"].SequenceEqual(["https://id.example"]))
            && reference.All(parameter => parameter.Count() == 1);
        var error = reference["error"].FirstOrDefault();
        var code = reference["code"].FirstOrDefault();
        if (response is null)
        {
            PropertyException.Require(!isOurs || (error is null && code is not { Length: > 0 }), "the framework reads an answer in it");
            return;
        }

        PropertyException.Require(isOurs, "the framework reads no answer in it");
        PropertyException.Require(response.Code == (error is null ? code : null), "the framework reads another code");
        PropertyException.Require(response.Error?.Code == error, "the framework reads another error");
        if (response.Error is { } told) Spoken.Line(told.ToString());
    }

    /// <summary>Then the framework's own parsers disagree.</summary>
    public static bool IsNoUtf8(string decoded) => decoded.Contains('\ufffd', StringComparison.Ordinal);

    private static ILookup<string, string> Parse(string query)
    {
        var pairs = new List<(string Name, string Value)>();
        foreach (var pair in new QueryStringEnumerable(query.TrimStart('?'))) pairs.Add((pair.DecodeName().ToString(), pair.DecodeValue().ToString()));
        return pairs.ToLookup(pair => pair.Name, pair => pair.Value);
    }
}
