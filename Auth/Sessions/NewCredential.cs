using System.Text.Json;
using Datagen.Auth;
using Datagen.Flows;
using Datagen.Protocol;
using Datagen.Storage;

namespace Datagen.Sessions;

/// <summary>From tokens to a stored credential: find out whose they are, then write. Nothing is written before everything has succeeded.</summary>
/// <remarks>Tokens that were got and can't be used are revoked before the error is told (RFC 7009): nobody else would.</remarks>
internal sealed class NewCredential(
    Product product, SessionFiles files, ServiceClient service, TimeProvider clock, Action<string> warn)
{
    public const string TooManyGroups = "there are too many groups for the token, so the server left them out";

    private static readonly TimeSpan RevocationTime = TimeSpan.FromSeconds(5);

    /// <summary>A sign-in's tokens; what came with an answer that can't be used is revoked.</summary>
    public async Task<TokenGrant> UsableAsync(
        Origin origin, Func<CancellationToken, Task<TokenGrant>> signInAsync, CancellationToken cancellation)
    {
        try
        {
            return await signInAsync(cancellation).ConfigureAwait(false);
        }
        catch (UnusableTokensException unusable)
        {
            await RevokeAsync(origin, unusable.Tokens).ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Stores what was granted; revokes it where that can't be done.</summary>
    /// <param name="origin">Who granted it.</param>
    /// <param name="grant">What was granted.</param>
    /// <param name="key">What it is to be bound to.</param>
    /// <param name="settings">How the profile is to sign in from now on; null to leave that as it is.</param>
    /// <param name="cancellation">Calls it off.</param>
    public async Task<Credential> StoreAsync(
        Origin origin, TokenGrant grant, ChosenKey? key, SignInSettings? settings, CancellationToken cancellation)
    {
        try
        {
            if (key is not null && !grant.Token.IsOfType(DpopProofs.Scheme))
                throw new AuthException($"{Printable.Text(origin.Server)} did not bind the token to the key; nothing was stored", "without --dpop you would be signed in with a bearer token");
            var claims = await FindClaimsAsync(origin, grant, key, cancellation).ConfigureAwait(false);
            return await WriteAsync(origin, grant.Token, claims, key, settings, cancellation).ConfigureAwait(false);
        }
        catch (AuthException)
        {
            await RevokeAsync(origin, grant.Token).ConfigureAwait(false);
            throw;
        }
    }

    // Best effort: the failure that made them useless is what is told.
    private async Task RevokeAsync(Origin origin, TokenResponse tokens)
    {
        if (origin.Endpoints?.RevocationEndpoint is null) return;
        using var timeout = new CancellationTokenSource(RevocationTime);
        try
        {
            foreach (var (token, kind) in new[] { (tokens.RefreshToken, "refresh_token"), (tokens.AccessToken, "access_token") })
            {
                if (!string.IsNullOrEmpty(token))
                    await Revocation.RevokeAsync(service, origin.RevocationEndpoint, token, kind, origin.Client, timeout.Token).ConfigureAwait(false);
            }
        }
        catch (Exception problem) when (problem is AuthException or OperationCanceledException)
        {
            warn("the tokens that were issued can't be used, and could not be revoked");
        }
    }

    /// <summary>Who signed in.</summary>
    /// <exception cref="AuthException">The server's answers can't be believed, or say nothing.</exception>
    private async Task<Claims> FindClaimsAsync(Origin origin, TokenGrant grant, ChosenKey? key, CancellationToken cancellation)
    {
        IdToken? idToken = null;
        if (grant.Token.IdToken is { } compact && (product.IdentityIsInIdToken || grant.Nonce is not null))
        {
            idToken = IdToken.Parse(compact);
            idToken.RequireClaims(origin.Server, origin.Client.Id, grant.Nonce, clock.GetUtcNow());
            await idToken.RequireSignatureAsync(service, () => origin.JwksUri, cancellation).ConfigureAwait(false);
        }

        // A server may have no ID token, or keep what it knows for UserInfo (OpenID Connect Core section 5.4).
        if (product.IdentityIsInIdToken && idToken is not null && (idToken.About.Email is not null || origin.Endpoints?.UserinfoEndpoint is null))
            return idToken.About;

        var claims = await AskUserInfoAsync(origin, grant.Token.AccessToken!, key, cancellation).ConfigureAwait(false)
            ?? throw new AuthException("the server gave a token and then refused it");
        if (idToken is not null && claims.Sub != idToken.About.Sub) // OpenID Connect Core section 5.3.2
            throw new AuthException("the server's UserInfo is about somebody else than its ID token");
        return claims with
        {
            Groups = claims.Groups ?? claims.CognitoGroups ?? idToken?.About.AllGroups(),
            HasTooManyGroups = claims.HasTooManyGroups || idToken?.About.HasTooManyGroups == true,
        };
    }

    /// <summary>Whose a token is; null where the server refuses it.</summary>
    public Task<Claims?> AskUserInfoAsync(Origin origin, string accessToken, ChosenKey? key, CancellationToken cancellation) => UserInfo.GetAsync(
        service,
        origin.UserinfoEndpoint,
        Authorize.For(new AccessToken(accessToken, ExpiresAt: null, Organization: null) { Key = key is null ? null : new BoundKey(key.Proofs) }),
        ifForbidden: null,
        cancellation);

    public async Task<Credential> WriteAsync(
        Origin origin, TokenResponse token, Claims claims, ChosenKey? key, SignInSettings? settings, CancellationToken cancellation)
    {
        var credential = new Credential
        {
            AccessToken = token.AccessToken!,
            TokenType = key is null ? BearerToken.Scheme : DpopProofs.Scheme,
            Email = claims.Email,
            ActiveOrgSlug = product.HasOrganizations ? claims.FirstOrganization() : null,
            Groups = product.HasOrganizations ? null : [.. claims.AllGroups()],
            StoredAt = clock.GetUtcNow(),
            ExpiresAt = token.Lifetime is { } lifetime ? clock.GetUtcNow() + lifetime : null,
            RefreshToken = token.RefreshToken,
            IdToken = token.IdToken,
            Issuer = origin.Issuer,
            ClientId = origin.Client.Id,
            ClientSecret = origin.Client.Secret,
            Endpoints = origin.Endpoints,
            Api = origin.Api,
            DpopKey = key?.Where,
            DpopJkt = key?.Proofs.Thumbprint,
            DpopAlg = key?.Proofs.Algorithm,
        };
        if (credential.Groups is [] && claims.HasTooManyGroups) warn(TooManyGroups);
        using var held = await files.Credentials.LockAsync(clock, settled: null, cancellation).ConfigureAwait(false);
        cancellation.ThrowIfCancellationRequested();
        files.Keys.Write(held!, credential with { Others = UnknownKeys(held!) }, key);
        if (settings is not null) Remember(settings);
        return credential;
    }

    private void Remember(SignInSettings settings)
    {
        try
        {
            files.Settings.Write(settings);
        }
        catch (CredentialsFileException problem)
        {
            warn($"{problem.Message}; the next sign-in will have to be told its server again"); // This one has succeeded.
        }
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
