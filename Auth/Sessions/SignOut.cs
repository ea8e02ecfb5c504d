using Datagen.Auth;
using Datagen.Protocol;
using Datagen.Storage;

namespace Datagen.Sessions;

/// <summary>Revokes a session and deletes its credential, in this order: a token that is thrown away can no longer be revoked.</summary>
internal sealed class SignOut(
    Product product, SessionFiles files, ServiceClient service, TimeProvider clock, Action<string> warn)
{
    /// <summary>False where nobody was signed in.</summary>
    public async Task<bool> EverywhereAsync(CancellationToken cancellation)
    {
        if (files.Credentials.Read() is null && !files.Credentials.Exists) return Nobody();
        using var held = await files.Credentials.LockAsync(clock, settled: null, cancellation).ConfigureAwait(false);
        if (held!.Read() is not { } credential) return Nobody();
        service.Secrets.Keep(credential.AccessToken, credential.RefreshToken, credential.IdToken, credential.ClientSecret);
        await RevokeAsync(held, credential, cancellation).ConfigureAwait(false);
        files.Pending.Delete();
        held.Delete();
        files.Keys.Delete();
        return true;
    }

    /// <summary>The same without the server. False where there was no file.</summary>
    public async Task<bool> HereAsync(CancellationToken cancellation)
    {
        if (!files.Credentials.Exists) return Nobody();
        using var held = await files.Credentials.LockAsync(clock, settled: null, cancellation).ConfigureAwait(false);
        files.Pending.Delete();
        var was = held!.Delete();
        files.Keys.Delete();
        return was;
    }

    // A sign-in that was begun would bring a session back, were it finished after this.
    private bool Nobody()
    {
        files.Pending.Delete();
        return false;
    }

    private async Task RevokeAsync(LockedCredentials held, Credential credential, CancellationToken cancellation)
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
            var (token, kind) = credential.RefreshToken is { } refreshToken ? (refreshToken, "refresh_token") : (credential.AccessToken, "access_token");
            if (await RevokeAsync(token, kind).ConfigureAwait(false) is { } refusal)
            {
                if (await IsOverAsync(held, credential, origin, cancellation).ConfigureAwait(false)) return;
                throw new AuthException($"{endpoint.Authority} refused to revoke the session: {refusal}; you are still signed in", LocalHint);
            }

            // Most servers have ended the access token with it (RFC 7009 section 2.1), and some can't revoke access tokens.
            if (credential.RefreshToken is not null
                && credential.OutlivesBy(TimeSpan.Zero, clock.GetUtcNow())
                && await RevokeAsync(credential.AccessToken, "access_token").ConfigureAwait(false) is { } remaining
                && remaining.Code != ErrorCode.UnsupportedTokenType
                && await IsTakenAsync(credential, origin, cancellation).ConfigureAwait(false) == true)
                warn($"the session is revoked, but the server did not revoke its access token: {remaining}");
        }
        catch (ServiceUnreachableException problem)
        {
            throw new ServiceUnreachableException($"{problem.Message}; you are still signed in", LocalHint, problem);
        }

        Task<OAuthError?> RevokeAsync(string token, string hint) =>
            Revocation.RevokeAsync(service, endpoint, token, hint, origin.Client, cancellation);
    }

    // A session that has ended can't be revoked, and some servers refuse instead of saying so (RFC 7009 section 2.2 wants 200).
    private async Task<bool> IsOverAsync(LockedCredentials held, Credential credential, Origin origin, CancellationToken cancellation)
    {
        if (credential.OutlivesBy(TimeSpan.Zero, clock.GetUtcNow()) || credential.RefreshToken is null)
        {
            if (await IsTakenAsync(credential, origin, cancellation).ConfigureAwait(false) is { } isTaken) return !isTaken;
            if (credential.RefreshToken is null) return false;
        }

        try
        {
            await new Refresh(product, files, service, clock, warn).SpendRefreshTokenAsync(held, credential, cancellation).ConfigureAwait(false);
            return false;
        }
        catch (NotSignedInException)
        {
            return true;
        }
        catch (AuthException problem) when (problem is not (ServiceUnreachableException or CredentialsFileException))
        {
            return false; // Refused for another reason proves nothing.
        }
    }

    /// <summary>Whether UserInfo takes the access token; null where it does not say.</summary>
    private async Task<bool?> IsTakenAsync(Credential credential, Origin origin, CancellationToken cancellation)
    {
        if (origin.Endpoints!.UserinfoEndpoint is null) return null;
        var token = new AccessToken(credential.AccessToken, ExpiresAt: null, Organization: null) { Key = files.Keys.Of(credential) };
        try
        {
            return await UserInfo.GetAsync(service, origin.UserinfoEndpoint, Authorize.For(token), ifForbidden: null, cancellation).ConfigureAwait(false) is not null;
        }
        catch (AuthException)
        {
            return null;
        }
    }

    private string LocalHint => $"{product.Command("logout", " --local")} deletes the credential here without asking the server";
}
