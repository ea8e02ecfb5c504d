using System.Text.Json;
using System.Text.Json.Serialization;
using Datagen.Auth;

namespace Datagen.Protocol;

/// <summary>An error code and what the server says about it.</summary>
internal sealed record OAuthError(string? Code, string? Description, TimeSpan? Interval = null)
{
    public override string ToString() =>
        string.IsNullOrWhiteSpace(Description) ? Printable.Text(Code) : $"{Printable.Text(Description)} ({Printable.Text(Code)})";
}

/// <summary>Error codes of RFC 6749 section 5.2, RFC 8628 section 3.5 and RFC 7009 section 2.2.1.</summary>
internal static class ErrorCode
{
    public const string AccessDenied = "access_denied";
    public const string AuthorizationDeclined = "authorization_declined"; // Entra ID's word for access_denied
    public const string AuthorizationPending = "authorization_pending";
    public const string ExpiredToken = "expired_token";
    public const string InvalidGrant = "invalid_grant";
    public const string InvalidToken = "invalid_token";
    public const string SlowDown = "slow_down";
    public const string UnsupportedTokenType = "unsupported_token_type";
}

/// <summary>RFC 6749 section 5.2; some servers say with <c>slow_down</c> which interval they mean.</summary>
internal sealed record ErrorResponse
{
    public string? Error { get; init; }

    public JsonElement ErrorDescription { get; init; } // for people: whatever it is, the code beside it counts

    [JsonConverter(typeof(SecondsIfUnderstoodConverter))]
    public Seconds? Interval { get; init; }
}
