using System.Text.Json;
using System.Text.Json.Serialization;
using Datagen.Auth;

namespace Datagen.Protocol;

/// <summary>An error code and what the server says about it.</summary>
/// <param name="Code">OAuth's code; null where the answer has none.</param>
/// <param name="Description">For people.</param>
/// <param name="Interval">The interval that it names beside <c>slow_down</c>.</param>
/// <param name="Status">The answer's status; 0 for an error that came by the browser.</param>
internal sealed record OAuthError(string? Code, string? Description, TimeSpan? Interval = null, int Status = 0)
{
    /// <summary>A sentence about what was refused, with the reason.</summary>
    public string After(string refusal) =>
        Code is not null ? $"{refusal}: {this}"
        : Status == 0 ? refusal
        : string.IsNullOrWhiteSpace(Description) ? $"{refusal} (it answered {Status})"
        : $"{refusal} (it answered {Status}: {Printable.Text(Description)})";

    public override string ToString() =>
        string.IsNullOrWhiteSpace(Description) ? Printable.Text(Code) : $"{Printable.Text(Description)} ({Printable.Text(Code)})";
}

/// <summary>Error codes of RFC 6749 section 5.2, RFC 8628 section 3.5 and RFC 7009 section 2.2.1.</summary>
internal static class ErrorCode
{
    public const string AccessDenied = "access_denied";
    public const string AnswerLost = "answer_lost"; // this program's own
    public const string AuthorizationDeclined = "authorization_declined"; // Entra ID's word for access_denied
    public const string AuthorizationPending = "authorization_pending";
    public const string ConsentRequired = "consent_required"; // OpenID Connect Core section 3.1.2.6
    public const string ExpiredToken = "expired_token";
    public const string InteractionRequired = "interaction_required";
    public const string InvalidDpopProof = "invalid_dpop_proof"; // RFC 9449 section 5
    public const string InvalidGrant = "invalid_grant";
    public const string InvalidToken = "invalid_token";
    public const string LoginRequired = "login_required";
    public const string SlowDown = "slow_down";
    public const string UnsupportedTokenType = "unsupported_token_type";
    public const string UseDpopNonce = "use_dpop_nonce"; // RFC 9449 section 8
}

/// <summary>RFC 6749 section 5.2; some servers say with <c>slow_down</c> which interval they mean.</summary>
internal sealed record ErrorResponse
{
    public string? Error { get; init; }

    public string? ErrorDescription { get; init; }

    public string? Message { get; init; } // what frameworks write

    public string? Detail { get; init; } // RFC 9457 section 3.1.4

    [JsonConverter(typeof(SecondsIfUnderstoodConverter))]
    public Seconds? Interval { get; init; }
}
