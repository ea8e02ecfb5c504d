namespace Datagen.Auth.Protocol;

/// <summary>Token revocation (RFC 7009 section 2).</summary>
internal static class Revocation
{
    /// <summary>Null once the token is revoked, or was not valid anyway; else the server's refusal.</summary>
    public static async Task<OAuthError?> RevokeAsync(
        ServiceClient service, Uri endpoint, string token, string tokenTypeHint, string clientId, CancellationToken cancellation)
    {
        var answer = await service.PostFormAsync(
            endpoint,
            [new("token", token), new("token_type_hint", tokenTypeHint), new("client_id", clientId)],
            cancellation).ConfigureAwait(false);
        if (answer.IsSuccess) return null;
        var error = answer.DecodeError();
        return error.Code is null ? error with { Code = $"it answered {(int)answer.Status}" } : error;
    }
}
