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
        if (answer.Status == HttpStatusCode.Forbidden && ifForbidden is not null)
            answer = await service.GetAsync(endpoint, ifForbidden, Limits.UserInfoBytes, cancellation).ConfigureAwait(false);
        if (answer.Status == HttpStatusCode.Unauthorized || (mayBeNobody && answer.Status == HttpStatusCode.Forbidden)) return null;
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
            throw answer.Unexpected("not the JSON that belongs there", problem);
        }

        if (claims.Memberships?.Any(membership => membership is not { Slug.Length: > 0 }) == true)
            throw answer.Unexpected("a membership has no slug");
        return claims;
    }
}
