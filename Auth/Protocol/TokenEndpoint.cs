using System.Net;
using System.Text.Json.Serialization;
using Datagen.Auth;

namespace Datagen.Protocol;

/// <summary>The token endpoint (RFC 6749 section 3.2): either tokens or an error, both expected.</summary>
internal static class TokenEndpoint
{
    public static async Task<TokenAnswer> RequestAsync(
        ServiceClient service, Uri endpoint, IReadOnlyList<KeyValuePair<string, string>> form, CancellationToken cancellation)
    {
        var answer = await service.PostFormAsync(endpoint, form, cancellation, IsDecision, withProof: true).ConfigureAwait(false);
        // RFC 9449 section 8: once more, with the nonce and by the clock that the answer told.
        if (answer.HasTaught && answer.DecodeError().Code is ErrorCode.UseDpopNonce or ErrorCode.InvalidDpopProof)
            answer = await service.PostFormAsync(endpoint, form, cancellation, IsDecision, withProof: true).ConfigureAwait(false);
        // Some servers answer an error with 200.
        if (!answer.IsSuccess || answer.DecodeError().Code is not null) return new TokenAnswer(null, answer.DecodeError());
        var token = Accept(answer, isBound: service.Proofs is not null);
        service.Secrets.Keep(token.AccessToken, token.RefreshToken, token.IdToken);
        return new TokenAnswer(token, null);
    }

    /// <summary>A refusal of a request that no person was asked about.</summary>
    public static AuthException Refusal(Uri endpoint, string what, OAuthError error, string? hint = null) =>
        new(error.After($"{endpoint.Authority} refused {what}"), hint) { Reason = error.Code };

    /// <summary>A refusal of a sign-in for which a person was shown a page.</summary>
    public static AuthException SignInRefusal(Uri endpoint, OAuthError error) =>
        error.Code is ErrorCode.ConsentRequired or ErrorCode.InteractionRequired or ErrorCode.LoginRequired // OpenID Connect Core section 3.1.2.6
            ? new SignInFailedException(error.After($"{endpoint.Authority} refused the sign-in"), "run the command again, and give the page what it asks for") { Reason = error.Code }
            : Refusal(endpoint, "the sign-in", error);

    // RFC 8628 section 3.5 has them with 400; they mean the same with any other status.
    private static bool IsDecision(ServiceAnswer answer) => answer.DecodeError().Code switch
    {
        ErrorCode.AccessDenied or ErrorCode.AuthorizationDeclined or ErrorCode.ExpiredToken => true,
        ErrorCode.AuthorizationPending or ErrorCode.SlowDown => answer.Status != HttpStatusCode.TooManyRequests, // This one names a time beside it.
        _ => false,
    };

    private static TokenResponse Accept(ServiceAnswer answer, bool isBound)
    {
        var response = answer.Decode(ProtocolJson.Default.TokenResponse);
        // Some servers write an empty text for "none".
        response = response with { RefreshToken = NotEmpty(response.RefreshToken), IdToken = NotEmpty(response.IdToken) };
        if (!BearerToken.IsWellFormed(response.AccessToken)) throw Unusable("there is no usable access_token");
        var expected = isBound ? DpopProofs.Scheme : BearerToken.Scheme;
        return response.TokenType is null || response.IsOfType(expected) || (isBound && response.IsOfType(BearerToken.Scheme))
            ? response
            : throw Unusable($"its token_type is {Printable.Text(answer.Redact(response.TokenType))}, and only {expected} is known here");

        UnusableTokensException Unusable(string why) => new(answer.Unexpected(why).Message, response);

        static string? NotEmpty(string? text) => string.IsNullOrEmpty(text) ? null : text;
    }
}

/// <summary>Exactly one of the two is set.</summary>
internal readonly record struct TokenAnswer(TokenResponse? Token, OAuthError? Error);

/// <summary>RFC 6749 section 5.1.</summary>
internal sealed record TokenResponse
{
    public string? AccessToken { get; init; }

    public string? TokenType { get; init; }

    /// <summary>Types are compared without case (RFC 6749 section 5.1).</summary>
    public bool IsOfType(string type) => string.Equals(TokenType, type, StringComparison.OrdinalIgnoreCase);

    [JsonConverter(typeof(SecondsIfUnderstoodConverter))]
    public Seconds? ExpiresIn { get; init; }

    /// <summary>How long the access token lives, where the answer says so.</summary>
    [JsonIgnore]
    public TimeSpan? Lifetime => ExpiresIn?.ToLifetime();

    public string? RefreshToken { get; init; }

    public string? IdToken { get; init; }

    public override string ToString() => nameof(TokenResponse);
}

/// <summary>The grant types that this program uses.</summary>
internal static class GrantType
{
    public const string AuthorizationCode = "authorization_code"; // RFC 6749 section 4.1.3
    public const string DeviceCode = "urn:ietf:params:oauth:grant-type:device_code"; // RFC 8628 section 3.4
    public const string RefreshToken = "refresh_token"; // RFC 6749 section 6
    public const string ClientCredentials = "client_credentials"; // RFC 6749 section 4.4
    public const string TokenExchange = "urn:ietf:params:oauth:grant-type:token-exchange"; // RFC 8693 section 2.1
    public const string JwtBearer = "urn:ietf:params:oauth:grant-type:jwt-bearer"; // RFC 7523 section 2.1
}

/// <summary>The kinds of tokens that requests name (RFC 8693 section 3, RFC 7523 section 2.2).</summary>
internal static class TokenType
{
    public const string Jwt = "urn:ietf:params:oauth:token-type:jwt";
    public const string AccessToken = "urn:ietf:params:oauth:token-type:access_token";
    public const string ClientAssertion = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
}
