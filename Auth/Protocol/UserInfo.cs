using System.Net;

namespace Datagen.Protocol;

/// <summary>UserInfo (OpenID Connect Core section 5.3): who a token belongs to.</summary>
internal static class UserInfo
{
    /// <summary>The claims, or null if the token was refused (401), or is nobody's (403) where that may be.</summary>
    /// <param name="service">Asks.</param>
    /// <param name="endpoint">The userinfo_endpoint.</param>
    /// <param name="authorization">The token, and the organization that it acts for.</param>
    /// <param name="ifForbidden">The token without its organization: who has left that one must still be able to see and choose the others.</param>
    /// <param name="cancellation">Calls it off.</param>
    /// <param name="mayBeNobody">Whether a token may belong to nobody that UserInfo knows.</param>
    public static async Task<Claims?> GetAsync(
        ServiceClient service,
        Uri endpoint,
        RequestAuthorization authorization,
        RequestAuthorization? ifForbidden,
        CancellationToken cancellation,
        bool mayBeNobody = false)
    {
        var answer = await service.GetAsync(endpoint, authorization, Limits.UserInfoBytes, cancellation).ConfigureAwait(false);
        if (answer.Status == HttpStatusCode.Forbidden && ifForbidden is not null && !IsInvalidToken(answer))
            answer = await service.GetAsync(endpoint, ifForbidden, Limits.UserInfoBytes, cancellation).ConfigureAwait(false);
        if (answer.Status == HttpStatusCode.Unauthorized || IsInvalidToken(answer) || (mayBeNobody && answer.Status == HttpStatusCode.Forbidden)) return null;
        if (!answer.IsSuccess) throw answer.Refusal("to say who is signed in");
        if (answer.Body.Span.StartsWith("eyJ"u8))
            throw answer.Unexpected("it is a signed JWT; the client must be registered for plain JSON");

        Claims claims;
        try
        {
            claims = Claims.Parse(answer.Body.Span);
        }
        catch (System.Text.Json.JsonException problem)
        {
            throw answer.Unexpected(problem.Message.StartsWith(Claims.Wrong, StringComparison.Ordinal) ? problem.Message : "not the JSON that belongs there", problem);
        }

        if (claims.Memberships?.Any(membership => membership is not { Slug.Length: > 0 }) == true)
            throw answer.Unexpected("a membership has no slug");
        return answer.Body.Span.IndexOf(System.Text.Encoding.UTF8.GetBytes(authorization.Secrets[0])) < 0
            ? claims with { Email = answer.Redact(claims.Email) }
            : claims.Redacted(text => answer.Redact(text)); // It repeats the token, and these are shown.
    }

    // RFC 6750 section 3.1 has it with 401; some servers answer 400 or 403.
    private static bool IsInvalidToken(ServiceAnswer answer) =>
        (int)answer.Status is 400 or 403
        && (answer.DecodeError().Code == ErrorCode.InvalidToken || answer.Challenge?.Contains("\"invalid_token\"", StringComparison.OrdinalIgnoreCase) == true);
}
