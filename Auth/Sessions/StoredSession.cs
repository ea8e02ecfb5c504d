using Datagen.Auth;
using Datagen.Host;
using Datagen.Protocol;
using Datagen.Storage;

namespace Datagen.Sessions;

/// <summary>The session in credentials.json: looked at each time, since another process may have refreshed it or signed in.</summary>
internal sealed class StoredSession(
    Product product, SessionOptions options, CredentialsFile file, ServiceClient service, TimeProvider clock, Action<string> warn)
    : TokenSource(product)
{
    private static readonly TimeSpan Settled = TimeSpan.FromSeconds(2); // the coarsest time stamps of a file system

    private readonly SessionFiles _files = SessionFiles.Of(file, product, options, clock);
    private readonly Lock _lock = new();
    private volatile Snapshot? _last;
    private SharedTask<Credential>? _refreshing;
    private (string AccessToken, RefreshReason Reason, TimeSpan Margin) _refreshingFor;

    /// <summary>The options with what the profile remembers of its last sign-in.</summary>
    public SessionOptions SignInOptions => options.WithRemembered(Product, _files.Settings.Read);

    public SignIn NewSignIn() => new(Product, SignInOptions, _files, service, clock, warn);

    public TwoStepSignIn NewTwoStepSignIn() => new(Product, SignInOptions, _files, service, clock, warn);

    public SignOut NewSignOut() => new(Product, _files, service, clock, warn);

    /// <remarks>Allocates nothing while the token is fresh and the file is the one that was read last.</remarks>
    public override Task<AccessToken> GetAsync(TimeSpan minimumValidity, bool refresh, CancellationToken cancellation)
    {
        var margin = minimumValidity > Session.RefreshMargin ? minimumValidity : Session.RefreshMargin;
        return !refresh && _last is { } last && last.Credential.OutlivesBy(margin, clock.GetUtcNow()) && file.Look() == last.Identity
            ? last.Token
            : GetFreshAsync(margin, refresh ? RefreshReason.Asked : RefreshReason.Stale, cancellation);
    }

    private async Task<AccessToken> GetFreshAsync(TimeSpan margin, RefreshReason reason, CancellationToken cancellation) =>
        TokenOf(await FreshAsync(Read(), margin, reason, cancellation).ConfigureAwait(false));

    public override async Task<AccessToken> GetForUserInfoAsync(CancellationToken cancellation)
    {
        var credential = Read();
        return TokenOf(IsPastHelp(credential)
            ? credential
            : await FreshAsync(credential, Session.RefreshMargin, RefreshReason.Stale, cancellation).ConfigureAwait(false));
    }

    public override async Task<AccessToken> ReplaceAsync(AccessToken refused, CancellationToken cancellation)
    {
        var stored = Read();
        return TokenOf(stored.AccessToken != refused.Value && stored.OutlivesBy(TimeSpan.Zero, clock.GetUtcNow())
            ? stored
            : await RefreshAsync(stored, RefreshReason.Refused, Session.RefreshMargin, cancellation).ConfigureAwait(false));
    }

    public override async Task<Identity> GetIdentityAsync(CancellationToken cancellation)
    {
        if (!Product.IdentityIsInIdToken) return await new WhoIs(this, options, service, warn).AskAsync(cancellation).ConfigureAwait(false);
        var credential = await FreshAsync(Read(), Session.RefreshMargin, RefreshReason.Stale, cancellation).ConfigureAwait(false);
        if (credential is { Groups: null or [], IdToken: { } idToken } && IdToken.HasTooManyGroups(idToken)) warn(NewCredential.TooManyGroups);
        return IdentityOf(credential) with { ActiveOrgSlug = null };
    }

    /// <summary>Makes an organization the active one, for every process that uses this credential.</summary>
    public async Task<Identity> UseOrganizationAsync(string slug, CancellationToken cancellation)
    {
        var before = Read();
        var identity = await new WhoIs(this, options, service, warn).AskForAnyAsync(cancellation).ConfigureAwait(false);
        WhoIs.RequireMember(identity, slug, Product, "--use");

        using var held = await file.LockAsync(clock, settled: null, cancellation).ConfigureAwait(false);
        var credential = held!.Read() ?? throw NotSignedInException.Nobody(Product);
        if (credential.Email != before.Email || credential.Issuer != before.Issuer)
            throw new AuthException("somebody else has signed in meanwhile; nothing was changed");
        held.Write(credential with { ActiveOrgSlug = slug });
        if (options.Organization is { } other && other != slug)
            warn($"{Product.Variable("ORG")} is set to {Printable.Text(other)}, which goes before the active organization");
        return identity with { ActiveOrgSlug = slug };
    }

    public override Origin? FindOrigin() => file.Read() is { } credential ? Origin.Of(credential, Product) : null;

    public override StoredSession RequireStored(string what) => this;

    /// <summary>What a credential tells by itself.</summary>
    public static Identity IdentityOf(Credential credential) =>
        new(credential.Email, credential.ActiveOrgSlug, [], credential.Groups ?? [], credential.ExpiresAt);

    private async Task<Credential> FreshAsync(Credential credential, TimeSpan margin, RefreshReason reason, CancellationToken cancellation)
    {
        if (reason == RefreshReason.Stale && credential.OutlivesBy(margin, clock.GetUtcNow())) return credential;
        if (reason == RefreshReason.Stale && IsPastHelp(credential))
        {
            await RequireStillTakenAsync(credential, cancellation).ConfigureAwait(false);
            return credential;
        }

        return await RefreshAsync(credential, reason, margin, cancellation).ConfigureAwait(false);
    }

    private bool IsPastHelp(Credential credential) => credential.RefreshToken is null && !credential.OutlivesBy(TimeSpan.Zero, clock.GetUtcNow());

    // Some servers prolong a session each time that it is used, and say so nowhere.
    private async Task RequireStillTakenAsync(Credential credential, CancellationToken cancellation)
    {
        var ended = NotSignedInException.NoRefreshToken(Product, hasExpired: true);
        if (credential is { Endpoints: null, Issuer: null }) throw ended;
        var token = TokenOf(credential);
        var origin = await token.Origin!.WithEndpointsAsync(service, Product, Product.LoginHint, cancellation).ConfigureAwait(false);
        if (origin.Endpoints!.UserinfoEndpoint is null) throw ended;
        _ = await UserInfo.GetAsync(service, origin.UserinfoEndpoint, Authorize.For(token, actsForOrganization: false), ifForbidden: null, cancellation)
            .ConfigureAwait(false) ?? throw NotSignedInException.Ended(Product);
    }

    // One refresh for all threads that ask meanwhile; the lock does the same for processes.
    private async Task<Credential> RefreshAsync(Credential seen, RefreshReason reason, TimeSpan margin, CancellationToken cancellation)
    {
        SharedTask<Credential>? mine = null;
        SharedTask<Credential> shared;
        lock (_lock)
        {
            var wanted = (seen.AccessToken, reason, margin);
            if (_refreshing is { } running && _refreshingFor == wanted && running.TryJoin())
            {
                shared = running;
            }
            else
            {
                shared = mine = _refreshing = new SharedTask<Credential>(new CancellationTokenSource());
                _refreshingFor = wanted;
                shared.TryJoin();
            }
        }

        if (mine is not null)
            _ = mine.RunAsync(stop => new Refresh(Product, _files, service, clock, warn).RunAsync(seen, reason, margin, stop));
        return await shared.WaitAsync(cancellation).ConfigureAwait(false);
    }

    private Credential Read()
    {
        if (_last is { } last && file.Look() == last.Identity) return last.Credential;
        var credential = file.Read(out var identity) ?? throw NotSignedInException.Nobody(Product);
        service.Secrets.Keep(credential.AccessToken, credential.RefreshToken, credential.IdToken, credential.ClientSecret);
        // A file that has just been written could be written again within one tick of its time stamps.
        _last = identity is { } known && known.Changed.IsBefore(clock.GetUtcNow(), Settled)
            ? new Snapshot(known, credential, Task.FromResult(TokenOf(credential)))
            : null;
        return credential;
    }

    private AccessToken TokenOf(Credential credential) =>
        new(credential.AccessToken, credential.ExpiresAt, Product.HasOrganizations ? options.Organization ?? credential.ActiveOrgSlug : null)
        {
            Origin = Origin.Of(credential, Product),
            Key = string.Equals(credential.TokenType, DpopProofs.Scheme, StringComparison.OrdinalIgnoreCase) ? _files.Keys.Of(credential) : null,
        };

    /// <summary>What the file held when it was the file of that identity.</summary>
    private sealed record Snapshot(FileIdentity Identity, Credential Credential, Task<AccessToken> Token)
    {
        public override string ToString() => nameof(Snapshot);
    }
}
