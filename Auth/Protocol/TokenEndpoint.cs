using System.Diagnostics.CodeAnalysis;
using Datagen.Auth;
using Datagen.Storage;

namespace Datagen.Protocol;

/// <summary>The token endpoint (RFC 6749 section 3.2): either tokens or an error, both expected.</summary>
internal static class TokenEndpoint
{
    public static async Task<TokenAnswer> RequestAsync(
        ServiceClient service, Uri endpoint, IReadOnlyList<KeyValuePair<string, string>> form, CancellationToken cancellation)
    {
        var answer = await service.PostFormAsync(endpoint, form, cancellation).ConfigureAwait(false);
        return answer.IsSuccess ? new TokenAnswer(Accept(answer), null) : new TokenAnswer(null, answer.DecodeError());
    }

    public static AuthException Refusal(Uri endpoint, string what, OAuthError error) =>
        new(error.Code is null ? $"{endpoint.Authority} refused {what}" : $"{endpoint.Authority} refused {what}: {error}");

    private static TokenResponse Accept(ServiceAnswer answer)
    {
        var response = answer.Decode(WireJson.Default.TokenResponse);
        if (!BearerToken.IsWellFormed(response.AccessToken)) throw answer.Unexpected("there is no usable access_token");
        if (response.TokenType is { } type && !type.Equals("Bearer", StringComparison.OrdinalIgnoreCase))
            throw answer.Unexpected($"its token_type is {Printable.Text(answer.Redact(type))}, and only Bearer is known here");
        // Some servers write an empty text for "none".
        return response with { RefreshToken = NotEmpty(response.RefreshToken), IdToken = NotEmpty(response.IdToken) };

        static string? NotEmpty(string? text) => string.IsNullOrEmpty(text) ? null : text;
    }
}

/// <summary>Exactly one of the two is set.</summary>
internal readonly record struct TokenAnswer(TokenResponse? Token, OAuthError? Error);

/// <summary>What can stand in an Authorization header (RFC 6750 section 2.1, read generously).</summary>
internal static class BearerToken
{
    public static bool IsWellFormed([NotNullWhen(true)] string? token) => Credential.IsToken(token);
}
