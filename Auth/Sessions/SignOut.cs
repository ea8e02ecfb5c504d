using Datagen.Auth;
using Datagen.Protocol;
using Datagen.Storage;

namespace Datagen.Sessions;

/// <summary>Revokes a session and deletes its credential, in this order: a token that is thrown away can no longer be revoked.</summary>
internal sealed class SignOut(
    Product product, CredentialsFile file, PendingSignInFile pending, ServiceClient service, TimeProvider clock, Action<string> warn)
{
    /// <summary>False where nobody was signed in.</summary>
    public async Task<bool> EverywhereAsync(CancellationToken cancellation)
    {
        if (file.Read() is null && !file.Exists) return Nobody();
        using var held = await file.LockAsync(clock, settled: null, cancellation).ConfigureAwait(false);
        if (held!.Read() is not { } credential) return Nobody();
        await RevokeAsync(credential, cancellation).ConfigureAwait(false);
        pending.Delete();
        held.Delete();
        return true;
    }

    /// <summary>The same without the server. False where there was no file.</summary>
    public async Task<bool> HereAsync(CancellationToken cancellation)
    {
        if (!file.Exists) return Nobody();
        using var held = await file.LockAsync(clock, settled: null, cancellation).ConfigureAwait(false);
        pending.Delete();
        return held!.Delete();
    }

    // A sign-in that was begun would bring a session back, were it finished after this.
    private bool Nobody()
    {
        pending.Delete();
        return false;
    }

    private async Task RevokeAsync(Credential credential, CancellationToken cancellation)
    {
        var origin = await Origin.Of(credential, product).WithEndpointsAsync(service, product, LocalHint, cancellation).ConfigureAwait(false);
        if (origin.Endpoints!.RevocationEndpoint is null)
        {
            warn("the server has no revocation endpoint: the token was deleted here, but stays valid until it expires");
            return;
        }

        var endpoint = origin.RevocationEndpoint;
        try
        {
            if (credential.RefreshToken is not { } refreshToken)
            {
                if (await RevokeAsync(credential.AccessToken, "access_token").ConfigureAwait(false) is { } error)
                    throw Refused(error);
                return;
            }

            if (await RevokeAsync(refreshToken, "refresh_token").ConfigureAwait(false) is { } refusal) throw Refused(refusal);
            // Most servers have ended the access token with it (RFC 7009 section 2.1), and some can't revoke access tokens.
            if (credential.OutlivesBy(TimeSpan.Zero, clock.GetUtcNow())
                && await RevokeAsync(credential.AccessToken, "access_token").ConfigureAwait(false) is { } remaining
                && remaining.Code != ErrorCode.UnsupportedTokenType)
                warn($"the session is revoked, but the server did not revoke its access token: {remaining}");
        }
        catch (ServiceUnreachableException problem)
        {
            throw new ServiceUnreachableException($"{problem.Message}; you are still signed in", LocalHint, problem);
        }

        Task<OAuthError?> RevokeAsync(string token, string hint) =>
            Revocation.RevokeAsync(service, endpoint, token, hint, origin.Client, cancellation);

        AuthException Refused(OAuthError error) =>
            new($"{endpoint.Authority} refused to revoke the session: {error}; you are still signed in", LocalHint);
    }

    private string LocalHint => $"{product.Command("logout", " --local")} deletes the credential here without asking the server";
}
