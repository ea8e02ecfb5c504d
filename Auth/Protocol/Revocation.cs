namespace Datagen.Protocol;

/// <summary>Token revocation (RFC 7009 section 2).</summary>
internal static class Revocation
{
    /// <summary>Null once the token is revoked, or was not valid anyway; else the server's refusal.</summary>
    public static async Task<OAuthError?> RevokeAsync(
        ServiceClient service, Uri endpoint, string token, string tokenTypeHint, OAuthClient client, CancellationToken cancellation)
    {
        var answer = await service.PostFormAsync(
            endpoint,
            [new("token", token), new("token_type_hint", tokenTypeHint), .. client.Fields],
            cancellation).ConfigureAwait(false);
        if (answer.IsSuccess) return null;
        var error = answer.DecodeError();
        // RFC 7009 section 2.2 wants 200 for a token that is not valid any more; Google says this instead.
        if (error.Code == ErrorCode.InvalidToken) return null;
        return error.Code is null ? error with { Code = $"it answered {(int)answer.Status}" } : error;
    }
}
