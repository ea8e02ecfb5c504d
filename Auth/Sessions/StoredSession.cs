using Datagen.Auth;
using Datagen.Protocol;
using Datagen.Storage;

namespace Datagen.Sessions;

/// <summary>The session in credentials.json: read afresh each time, since another process may have refreshed it or signed in.</summary>
internal sealed class StoredSession(
    Product product, SessionOptions options, CredentialsFile file, ServiceClient service, TimeProvider clock, Action<string> warn)
    : TokenSource(product)
{
    private readonly PendingSignInFile _pending = new(Path.GetDirectoryName(file.Path)!);

    public SignIn NewSignIn() => new(Product, options, file, service, clock);

    public TwoStepSignIn NewTwoStepSignIn() => new(Product, options, file, _pending, service, clock);

    public SignOut NewSignOut() => new(Product, file, _pending, service, clock, warn);

    public override async Task<AccessToken> GetAsync(TimeSpan minimumValidity, bool refresh, CancellationToken cancellation)
    {
        var margin = minimumValidity > Session.RefreshMargin ? minimumValidity : Session.RefreshMargin;
        return TokenOf(await FreshAsync(margin, refresh ? RefreshReason.Asked : RefreshReason.Stale, cancellation).ConfigureAwait(false));
    }

    public override async Task<AccessToken> ReplaceAsync(AccessToken refused, CancellationToken cancellation)
    {
        var stored = Read();
        return TokenOf(stored.AccessToken != refused.Value && stored.OutlivesBy(TimeSpan.Zero, clock.GetUtcNow())
            ? stored
            : await RefreshAsync(stored, RefreshReason.Refused, Session.RefreshMargin, cancellation).ConfigureAwait(false));
    }

    public override async Task<Identity> GetIdentityAsync(CancellationToken cancellation) => Product.IdentityIsInIdToken
        ? IdentityOf(await FreshAsync(Session.RefreshMargin, RefreshReason.Stale, cancellation).ConfigureAwait(false)) with { ActiveOrgSlug = null }
        : await new WhoIs(this, options, service, warn).AskAsync(cancellation).ConfigureAwait(false);

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

    private async Task<Credential> FreshAsync(TimeSpan margin, RefreshReason reason, CancellationToken cancellation)
    {
        var credential = Read();
        return reason == RefreshReason.Stale && credential.OutlivesBy(margin, clock.GetUtcNow())
            ? credential
            : await RefreshAsync(credential, reason, margin, cancellation).ConfigureAwait(false);
    }

    private Task<Credential> RefreshAsync(Credential seen, RefreshReason reason, TimeSpan margin, CancellationToken cancellation) =>
        new Refresh(Product, file, service, clock, warn).RunAsync(seen, reason, margin, cancellation);

    private Credential Read() => file.Read() ?? throw NotSignedInException.Nobody(Product);

    private AccessToken TokenOf(Credential credential) =>
        new(credential.AccessToken, credential.ExpiresAt, Product.HasOrganizations ? options.Organization ?? credential.ActiveOrgSlug : null)
        {
            Origin = Origin.Of(credential, Product),
        };
}
