using System.Net;
using System.Text;

namespace Datagen.Protocol;

/// <summary>One authorization request (RFC 6749 section 4.1.1) with the secrets that tie its response to it.</summary>
internal sealed class AuthorizationRequest(
    Uri endpoint,
    string issuer,
    bool responseNamesIssuer,
    OAuthClient client,
    string scope,
    IReadOnlyList<KeyValuePair<string, string>> extra,
    Uri redirectUri)
{
    private readonly string _state = Pkce.NewRandomValue();
    private readonly string _codeVerifier = Pkce.NewRandomValue();

    /// <summary>Comes back in the ID token (OpenID Connect Core section 3.1.2.1).</summary>
    public string Nonce { get; } = Pkce.NewRandomValue();

    /// <summary>What no message may repeat.</summary>
    public string[] Secrets => [_state, _codeVerifier, Nonce];

    /// <summary>Where the person's browser goes.</summary>
    public Uri Address()
    {
        var offline = scope.Split(' ').Contains("offline_access");
        KeyValuePair<string, string>[] parameters =
        [
            new("response_type", "code"),
            new("client_id", client.Id),
            new("redirect_uri", redirectUri.OriginalString),
            new("scope", scope),
            new("state", _state),
            new("nonce", Nonce),
            new("code_challenge", Pkce.Challenge(_codeVerifier)),
            new("code_challenge_method", "S256"),
            // OpenID Connect Core section 11: without it a strict server leaves the refresh token out.
            .. offline ? [new KeyValuePair<string, string>("prompt", "consent")] : Array.Empty<KeyValuePair<string, string>>(),
        ];
        var query = FormEncode(parameters.With(extra));
        var separator = endpoint.Query.Length > 0 ? '&' : '?';
        return new Uri($"{endpoint.OriginalString}{separator}{query}");
    }

    /// <summary>The response in a redirect's query, or null if it does not answer this request: then nothing in it counts.</summary>
    public AuthorizationResponse? Match(string query)
    {
        var parameters = new Dictionary<string, string>();
        foreach (var pair in query.TrimStart('?').Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            var parts = pair.Split('=', 2);
            // RFC 6749 section 3.1: no parameter comes twice.
            if (!parameters.TryAdd(WebUtility.UrlDecode(parts[0]), parts.Length > 1 ? WebUtility.UrlDecode(parts[1]) : "")) return null;
        }

        if (!Pkce.IsSame(_state, parameters.GetValueOrDefault("state"))) return null;
        // RFC 9207 section 2.4: compared where it is sent, and demanded of a server that promises it.
        if (parameters.TryGetValue("iss", out var named) ? named != issuer : responseNamesIssuer) return null;

        return parameters.TryGetValue("error", out var error)
            ? new AuthorizationResponse(null, new OAuthError(error, parameters.GetValueOrDefault("error_description")))
            : parameters.GetValueOrDefault("code") is { Length: > 0 } code ? new AuthorizationResponse(code, null) : null;
    }

    /// <summary>The response in what a person pasted: the address that their browser was sent to, its query, or the code alone.</summary>
    /// <remarks>
    /// A bare code names no state, but without this request's code verifier nobody's code is worth anything. Copied from an address it is
    /// percent-encoded.
    /// </remarks>
    public AuthorizationResponse? MatchPasted(string pasted)
    {
        const string Name = "code=";
        var query = pasted.IndexOf('?', StringComparison.Ordinal);
        if (query >= 0 || IsQuery(pasted)) return Match(pasted[(query + 1)..].Split('#')[0]);
        return pasted.Length == 0 || pasted.Contains("://", StringComparison.Ordinal) || pasted.Any(c => c is <= ' ' or > '~')
            ? null
            : new AuthorizationResponse(Decoded(pasted.StartsWith(Name, StringComparison.Ordinal) ? pasted[Name.Length..] : pasted), null);
    }

    private static string Decoded(string code) =>
        Uri.UnescapeDataString(code) is var decoded && decoded.All(c => c is >= ' ' and <= '~') ? decoded : code;

    // A code may hold any character of these too (RFC 6749 appendix A.11), but never a state beside it.
    private static bool IsQuery(string pasted) =>
        pasted.Contains('&', StringComparison.Ordinal)
        && pasted.Split('&').Select(pair => pair.Split('=')[0]).ToList() is var names && names.Contains("state") && (names.Contains("code") || names.Contains("error"));

    /// <summary>What exchanges a code for tokens (RFC 6749 section 4.1.3, RFC 7636 section 4.5).</summary>
    public KeyValuePair<string, string>[] TokenRequest(string code) =>
    [
        new("grant_type", GrantType.AuthorizationCode),
        new("code", code),
        new("redirect_uri", redirectUri.OriginalString),
        .. client.Fields,
        new("code_verifier", _codeVerifier),
    ];

    private static string FormEncode(IReadOnlyList<KeyValuePair<string, string>> parameters)
    {
        var query = new StringBuilder();
        foreach (var (name, value) in parameters)
            query.Append(query.Length > 0 ? "&" : "").Append(Uri.EscapeDataString(name)).Append('=').Append(Uri.EscapeDataString(value));
        return query.ToString();
    }
}

/// <summary>A code or an error (RFC 6749 section 4.1.2): exactly one of the two is set.</summary>
internal sealed record AuthorizationResponse(string? Code, OAuthError? Error)
{
    public override string ToString() => nameof(AuthorizationResponse);
}
