using Datagen.Auth;
using Datagen.Protocol;
using Datagen.Storage;

namespace Datagen.Sessions;

/// <summary>A fresh credential for a stale one (RFC 6749 section 6): under the lock, once for all who ask, and never lost.</summary>
/// <remarks>
/// The order. Take the lock, or see that another process has refreshed while this one waited. Read the file again. Make sure that
/// a successor can be written. Only then spend the refresh token; and from then on nothing comes between it and its successor.
/// </remarks>
internal sealed class Refresh(
    Product product, SessionFiles files, ServiceClient service, TimeProvider clock, Action<string> warn)
{
    private static readonly TimeSpan PatienceWhenCancelled = TimeSpan.FromSeconds(5);

    /// <param name="seen">The credential that does not do.</param>
    /// <param name="reason">Why not.</param>
    /// <param name="margin">How long one must live to do.</param>
    /// <param name="cancellation">Ends the wait.</param>
    public async Task<Credential> RunAsync(
        Credential seen, RefreshReason reason, TimeSpan margin, CancellationToken cancellation)
    {
        if (seen.RefreshToken is null && reason == RefreshReason.Stale && StillValid(seen)) return seen;
        if (seen.RefreshToken is null) throw WithoutRefreshToken(seen, reason);

        try
        {
            using var held = await files.Credentials.LockAsync(clock, AnotherProcessRefreshed, cancellation).ConfigureAwait(false);
            var stored = (held is null ? files.Credentials.Read() : held.Read()) ?? throw NotSignedInException.Nobody(product);
            return held is null || IsFreshEnough(stored) ? stored
                : stored.RefreshToken is null ? throw WithoutRefreshToken(stored, reason)
                : await SpendRefreshTokenAsync(held, stored, cancellation).ConfigureAwait(false);
        }
        catch (AuthException problem) when (
            problem is (ServiceUnreachableException or TooManyRequestsException) && reason == RefreshReason.Stale && StillValid(seen))
        {
            return seen;
        }
        catch (CredentialsFileException problem) when (
            problem.Problem is (CredentialsFileProblem.Unwritable or CredentialsFileProblem.Locked)
            && reason == RefreshReason.Stale && StillValid(seen))
        {
            return seen;
        }

        bool StillValid(Credential credential) => credential.OutlivesBy(TimeSpan.Zero, clock.GetUtcNow());

        // A token that another process got since this one looked is as new as one can be, even if it lives for less than the margin.
        bool IsFreshEnough(Credential stored) =>
            reason != RefreshReason.Asked
            && (stored.AccessToken != seen.AccessToken
                ? StillValid(stored)
                : reason == RefreshReason.Stale && stored.OutlivesBy(margin, clock.GetUtcNow()));

        bool AnotherProcessRefreshed() => files.Credentials.Read() is { } stored && IsFreshEnough(stored);
    }

    /// <summary>Gets a successor, with the lock already taken, and stores it.</summary>
    /// <exception cref="NotSignedInException">The session is over.</exception>
    public async Task<Credential> SpendRefreshTokenAsync(
        LockedCredentials held, Credential stored, CancellationToken cancellation)
    {
        var origin = await Origin.Of(stored, product).WithEndpointsAsync(service, product, product.LoginHint, cancellation).ConfigureAwait(false);
        var endpoint = origin.TokenEndpoint;
        KeyValuePair<string, string>[] form =
        [
            new("grant_type", GrantType.RefreshToken),
            new("refresh_token", stored.RefreshToken!),
            .. origin.Client.Fields,
        ];
        var asking = files.Keys.Of(stored) is { } key ? service.BoundTo(await key.ProofsAsync(cancellation).ConfigureAwait(false)) : service;
        held.Reserve(stored);

        // From here on the refresh token may be spent, so giving up means to wait a little for its successor.
        cancellation.ThrowIfCancellationRequested();
        using var patience = new CancellationTokenSource();
        using var givingUp = cancellation.Register(() => patience.CancelAfter(PatienceWhenCancelled));
        var answer = await TokenEndpoint.RequestAsync(asking, endpoint, form, patience.Token).ConfigureAwait(false);
        // Some servers call a proof that they have seen, or don't like, a dead session: a new one tells.
        if (asking.Proofs is not null && answer.Error?.Code == ErrorCode.InvalidGrant)
            answer = await TokenEndpoint.RequestAsync(asking, endpoint, form, patience.Token).ConfigureAwait(false);

        if (answer.Token is { } token)
        {
            var now = clock.GetUtcNow();
            var refreshed = stored with
            {
                AccessToken = token.AccessToken!,
                TokenType = token.IsOfType(DpopProofs.Scheme) ? DpopProofs.Scheme : BearerToken.Scheme,
                RefreshToken = token.RefreshToken ?? stored.RefreshToken,
                IdToken = token.IdToken ?? stored.IdToken,
                StoredAt = now,
                ExpiresAt = (token.Lifetime ?? LastLifetime(stored)) is { } lifetime ? now + lifetime : null,
            };
            if (product.IdentityIsInIdToken && token.IdToken is { } idToken) refreshed = WithIdentity(refreshed, stored, idToken);
            if (asking.Proofs is not null && refreshed.TokenType != DpopProofs.Scheme)
                warn($"{endpoint.Authority} no longer binds the access token to your key");
            StoreSuccessor(held, refreshed);
            cancellation.ThrowIfCancellationRequested();
            return refreshed;
        }

        if (answer.Error!.Code != ErrorCode.InvalidGrant)
            throw TokenEndpoint.Refusal(
                endpoint, "to refresh the session", answer.Error,
                answer.Error.Code == ErrorCode.InvalidDpopProof ? $"check this machine's clock; else {product.LoginHint}" : product.LoginHint);

        // Somebody without our lock, such as a restored backup or another machine on the same file, may have been first.
        return held.Read() is { } other && other.RefreshToken != stored.RefreshToken && other.OutlivesBy(TimeSpan.Zero, clock.GetUtcNow())
            ? other
            : throw NotSignedInException.Ended(product);
    }

    private NotSignedInException WithoutRefreshToken(Credential credential, RefreshReason reason) => reason == RefreshReason.Refused
        ? NotSignedInException.Ended(product)
        : NotSignedInException.NoRefreshToken(product, hasExpired: !credential.OutlivesBy(TimeSpan.Zero, clock.GetUtcNow()));

    // Where the server does not say anew (RFC 6749 section 5.1), what it said last holds: else the token would never be refreshed again.
    private static TimeSpan? LastLifetime(Credential stored) =>
        stored.ExpiresAt is { } end && end > stored.StoredAt && end - stored.StoredAt <= Seconds.Longest ? end - stored.StoredAt : null;

    // The new tokens must be stored whatever this says: the old refresh token is spent. Straight from the token endpoint the
    // signature need not be checked (OpenID Connect Core section 3.1.3.7, item 6), which spares a request for the keys.
    private Credential WithIdentity(Credential refreshed, Credential stored, string compact)
    {
        try
        {
            var idToken = IdToken.Parse(compact);
            idToken.RequireClaims(stored.Issuer ?? "", Origin.Of(stored, product).Client.Id, nonce: null, clock.GetUtcNow());
            if (stored.IdToken is { } old && IdToken.Parse(old).About.Sub != idToken.About.Sub)
                throw new AuthException("the server's ID token is about somebody else"); // OpenID Connect Core section 12.2
            // One that names no email names nobody's groups either: its server keeps both for UserInfo.
            return idToken.About.Email is { } email
                ? refreshed with { IdToken = compact, Email = email, Groups = [.. idToken.About.AllGroups()] }
                : refreshed with { IdToken = compact };
        }
        catch (AuthException problem)
        {
            warn($"{problem.Message}; what was known of you is kept");
            return refreshed with { IdToken = stored.IdToken };
        }
    }

    private static void StoreSuccessor(LockedCredentials held, Credential refreshed)
    {
        try
        {
            held.Write(refreshed);
        }
        catch (CredentialsFileException problem)
        {
            // Reserved as it was, it still failed. The old refresh token is spent, so the old credential must not pass for a good one.
            throw new AuthException($"the session was refreshed, but {problem.Message}", "you may have to sign in again", problem);
        }
    }
}

internal enum RefreshReason
{
    /// <summary>It is about to expire, or has.</summary>
    Stale,

    /// <summary>A server refused it.</summary>
    Refused,

    /// <summary>Somebody wants a new one.</summary>
    Asked,
}
