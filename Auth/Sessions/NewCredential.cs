using System.Text.Json;
using Datagen.Auth;
using Datagen.Flows;
using Datagen.Protocol;
using Datagen.Storage;

namespace Datagen.Sessions;

/// <summary>From tokens to a stored credential: find out whose they are, then write. Nothing is written before everything has succeeded.</summary>
internal sealed class NewCredential(Product product, CredentialsFile file, ServiceClient service, TimeProvider clock)
{
    /// <summary>Who signed in.</summary>
    /// <exception cref="AuthException">The server's answers can't be believed, or say nothing.</exception>
    public async Task<Claims> FindClaimsAsync(Origin origin, TokenGrant grant, CancellationToken cancellation)
    {
        IdToken? idToken = null;
        if (grant.Token.IdToken is { } compact && (product.IdentityIsInIdToken || grant.Nonce is not null))
        {
            idToken = IdToken.Parse(compact);
            idToken.RequireClaims(origin.Server, origin.Client.Id, grant.Nonce, clock.GetUtcNow());
            await idToken.RequireSignatureAsync(service, origin.JwksUri, cancellation).ConfigureAwait(false);
        }

        // A server may have no ID token, or keep what it knows for UserInfo (OpenID Connect Core section 5.4).
        if (product.IdentityIsInIdToken && idToken is not null && (idToken.About.Email is not null || origin.Endpoints?.UserinfoEndpoint is null))
            return idToken.About;

        var claims = await AskUserInfoAsync(origin, grant.Token.AccessToken!, cancellation).ConfigureAwait(false)
            ?? throw new AuthException("the server gave a token and then refused it");
        if (idToken is not null && claims.Sub != idToken.About.Sub) // OpenID Connect Core section 5.3.2
            throw new AuthException("the server's UserInfo is about somebody else than its ID token");
        return claims with { Groups = claims.Groups ?? claims.CognitoGroups ?? idToken?.About.AllGroups() };
    }

    /// <summary>Whose a token is; null where the server refuses it.</summary>
    public Task<Claims?> AskUserInfoAsync(Origin origin, string accessToken, CancellationToken cancellation) => UserInfo.GetAsync(
        service,
        origin.UserinfoEndpoint,
        Authorize.For(new AccessToken(accessToken, ExpiresAt: null, Organization: null)),
        ifForbidden: null,
        cancellation);

    public async Task<Credential> StoreAsync(Origin origin, TokenResponse token, Claims claims, CancellationToken cancellation)
    {
        var credential = new Credential
        {
            AccessToken = token.AccessToken!,
            TokenType = "Bearer",
            Email = claims.Email,
            ActiveOrgSlug = product.HasOrganizations ? claims.FirstOrganization() : null,
            Groups = product.HasOrganizations ? null : [.. claims.AllGroups()],
            StoredAt = clock.GetUtcNow(),
            ExpiresAt = token.ExpiresIn is { } lifetime ? clock.GetUtcNow() + lifetime.ToTimeSpan() : null,
            RefreshToken = token.RefreshToken,
            IdToken = token.IdToken,
            Issuer = origin.Issuer,
            ClientId = origin.Client.Id,
            ClientSecret = origin.Client.Secret,
            Endpoints = origin.Endpoints,
            Api = origin.Api,
        };
        using var held = await file.LockAsync(clock, settled: null, cancellation).ConfigureAwait(false);
        cancellation.ThrowIfCancellationRequested();
        held!.Write(credential with { Others = UnknownKeys(held) });
        return credential;
    }

    private static Dictionary<string, JsonElement>? UnknownKeys(LockedCredentials held)
    {
        try
        {
            return held.Read()?.Others;
        }
        catch (CredentialsFileException)
        {
            return null; // A new sign-in replaces a file that can't be used.
        }
    }
}
