using System.Net;
using Datagen.Auth;

namespace Datagen.Protocol;

/// <summary>The client that this program is to a server: public, or with the secret that some servers give to native clients all the same.</summary>
internal sealed record OAuthClient(string Id, string? Secret)
{
    /// <summary>What a request to the server holds of it (RFC 6749 section 2.3.1).</summary>
    public IEnumerable<KeyValuePair<string, string>> Fields =>
        Secret is null ? [new("client_id", Id)] : [new("client_id", Id), new("client_secret", Secret)];

    public override string ToString() => Id;
}

/// <summary>Parameters that a server wants beside the standard ones, such as <c>audience</c> or <c>resource</c>.</summary>
internal static class ExtraParameters
{
    private static readonly HashSet<string> Ours =
    [
        "client_id", "client_secret", "response_type", "redirect_uri", "scope", "state", "nonce", "code_challenge", "code_challenge_method",
        "grant_type", "subject_token", "assertion", "client_assertion", "client_assertion_type",
    ];

    /// <summary>Reads what is written as an address's query.</summary>
    /// <exception cref="AuthException">It sets a parameter that is not its to set.</exception>
    public static IReadOnlyList<KeyValuePair<string, string>> Parse(string? query, string variable)
    {
        var parameters = new List<KeyValuePair<string, string>>();
        foreach (var pair in (query ?? "").TrimStart('?').Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            var parts = pair.Split('=', 2);
            var name = WebUtility.UrlDecode(parts[0]);
            if (Ours.Contains(name)) throw new AuthException($"{variable} can't set {name}");
            parameters.Add(new(name, parts.Length > 1 ? WebUtility.UrlDecode(parts[1]) : ""));
        }

        return parameters;
    }

    /// <summary>Adds the parameters; one that stands there already is replaced, an empty one taken away.</summary>
    public static IReadOnlyList<KeyValuePair<string, string>> With(
        this IEnumerable<KeyValuePair<string, string>> standard, IReadOnlyList<KeyValuePair<string, string>> extra)
    {
        var all = new List<KeyValuePair<string, string>>();
        foreach (var parameter in standard)
        {
            var replaced = false;
            foreach (var other in extra) replaced |= other.Key == parameter.Key;
            if (!replaced) all.Add(parameter);
        }

        foreach (var parameter in extra)
        {
            if (parameter.Value.Length > 0) all.Add(parameter);
        }

        return all;
    }
}
