using System.Net;

namespace Datagen.Protocol;

/// <summary>UserInfo (OpenID Connect Core section 5.3): who a token belongs to.</summary>
internal static class UserInfo
{
    /// <summary>The claims, or null if the token was refused (401), or is nobody's (403) where that may be.</summary>
    public static async Task<Claims?> GetAsync(
        ServiceClient service, Uri endpoint, string accessToken, string? organization, CancellationToken cancellation, bool mayBeNobody = false)
    {
        var answer = await service
            .GetAsync(endpoint, accessToken, organization, Limits.UserInfoBytes, cancellation).ConfigureAwait(false);
        // Who has left the organization they act for must still be able to see and choose the others.
        if (answer.Status == HttpStatusCode.Forbidden && organization is not null)
            return await GetAsync(service, endpoint, accessToken, organization: null, cancellation, mayBeNobody).ConfigureAwait(false);
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
