using System.Globalization;
using System.Text.RegularExpressions;
using LocalService.Hosting;
using Microsoft.AspNetCore.WebUtilities;

namespace LocalService.Protocol;

/// <summary>RFC 6749 4.1.1 with RFC 7636 4.3 and OpenID Connect Core 3.1.2.1.</summary>
public sealed partial record AuthorizationRequest(Client Client, string RedirectUri)
{
    public string? State { get; private init; }

    public string Scope { get; private init; } = Scopes.Default;

    public string CodeChallenge { get; private init; } = string.Empty;

    public string? Nonce { get; private init; }

    public string? Prompt { get; private init; }

    public TimeSpan? MaxAge { get; private init; }

    /// <summary>What the sign-in will be, of what was asked for.</summary>
    public string Acr { get; private init; } = Acrs.Password;

    /// <summary>RFC 9449 10.</summary>
    public string? DPoPJkt { get; private init; }

    /// <summary>What is wrong with the request, to be told to the client. Null: nothing.</summary>
    public (string Error, string Description)? Problem { get; private init; }

    /// <returns>Null if the client or the redirect can't be trusted, so that only the person may be told (RFC 6749 4.1.2.1).</returns>
    public static AuthorizationRequest? Read(IQueryCollection query, Clients clients, ServiceSettings settings, out string distrust)
    {
        distrust = string.Empty;
        var client = query["client_id"] is [{ } clientId] ? clients.Find(clientId) : null;
        if (client is null)
        {
            distrust = "The application that sent you here is not known (client_id).";
            return null;
        }

        if (query["redirect_uri"] is not [{ } redirectUri] || !Protocol.RedirectUri.IsRegistered(redirectUri, settings.RedirectPort))
        {
            distrust = "The address to go back to does not belong to the application (redirect_uri).";
            return null;
        }

        string? Find(string name) => query[name] is [{ Length: > 0 } value] ? value : null;

        return new AuthorizationRequest(client, redirectUri)
        {
            State = Find("state"),
            Scope = Find("scope") ?? Scopes.Default,
            CodeChallenge = Find("code_challenge") ?? string.Empty,
            Nonce = Find("nonce"),
            Prompt = Find("prompt"),
            MaxAge = uint.TryParse(Find("max_age"), CultureInfo.InvariantCulture, out var seconds) ? TimeSpan.FromSeconds(seconds) : null,
            Acr = Acrs.Choose(Find("acr_values")),
            DPoPJkt = settings.DPoPAlgorithms.Count > 0 ? Find("dpop_jkt") : null,
            Problem = FindProblem(query, Find),
        };
    }

    /// <summary>RFC 6749 4.1.2 and 4.1.2.1; the issuer is RFC 9207's.</summary>
    public string Answer(string? issuer, params (string Name, string Value)[] parameters)
    {
        var query = parameters.ToDictionary(parameter => parameter.Name, string? (parameter) => parameter.Value);
        query["state"] = State;
        query["iss"] = issuer;
        return QueryHelpers.AddQueryString(RedirectUri, query); // Leaves out what is null.
    }

    private static (string Error, string Description)? FindProblem(IQueryCollection query, Func<string, string?> find)
    {
        if (query.Any(parameter => parameter.Value.Count > 1))
        {
            return ("invalid_request", "A parameter is there more than once.");
        }

        if (find("request") is not null)
        {
            return ("request_not_supported", "The parameter request is not supported.");
        }

        if (find("request_uri") is not null)
        {
            return ("request_uri_not_supported", "The parameter request_uri is not supported.");
        }

        if (find("response_type") is not { } responseType)
        {
            return ("invalid_request", "response_type is missing.");
        }

        if (responseType != "code")
        {
            return ("unsupported_response_type", "The response type must be code.");
        }

        if (find("response_mode") is not (null or "query"))
        {
            return ("invalid_request", "The response mode must be query.");
        }

        // RFC 7636 4.4.1, and RFC 8252 6: public clients have to use PKCE.
        if (find("code_challenge") is not { } challenge)
        {
            return ("invalid_request", "code_challenge is missing.");
        }

        if (find("code_challenge_method") != "S256")
        {
            return ("invalid_request", "The code challenge method must be S256.");
        }

        if (!CodeChallengeForm().IsMatch(challenge))
        {
            return ("invalid_request", "code_challenge is not a SHA-256 hash in base64url.");
        }

        if (!Scopes.AreSupported(find("scope") ?? Scopes.Default))
        {
            return ("invalid_scope", "A scope is not known.");
        }

        if (find("max_age") is { } age && !uint.TryParse(age, NumberStyles.None, CultureInfo.InvariantCulture, out _))
        {
            return ("invalid_request", "max_age must be a number of seconds.");
        }

        // RFC 9449 10: a SHA-256 hash has the same form.
        if (find("dpop_jkt") is { } jkt && !CodeChallengeForm().IsMatch(jkt))
        {
            return ("invalid_request", "dpop_jkt is not a SHA-256 hash in base64url.");
        }

        return find("prompt") is null or "none" or "login" or "consent"
            ? null
            : ("invalid_request", "The prompt must be none, login or consent.");
    }

    [GeneratedRegex(@"\A[A-Za-z0-9\-_]{43}\z")]
    private static partial Regex CodeChallengeForm();
}
