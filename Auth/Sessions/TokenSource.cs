using Datagen.Auth;

namespace Datagen.Sessions;

/// <summary>Where a session's access tokens come from. A session chooses one, once.</summary>
/// <param name="product">The product, with the profile that hints name.</param>
internal abstract class TokenSource(Product product)
{
    public Product Product { get; } = product;

    /// <param name="minimumValidity">How long the token should live from now.</param>
    /// <param name="refresh">Whether to get another whatever there is.</param>
    /// <param name="cancellation">Ends the wait.</param>
    public abstract Task<AccessToken> GetAsync(TimeSpan minimumValidity, bool refresh, CancellationToken cancellation);

    /// <summary>The token to ask UserInfo with: one past its time too, where no other can be got. A session may slide, and UserInfo knows.</summary>
    public virtual Task<AccessToken> GetForUserInfoAsync(CancellationToken cancellation) => GetAsync(TimeSpan.Zero, refresh: false, cancellation);

    /// <summary>Another token for one that a server refused.</summary>
    public abstract Task<AccessToken> ReplaceAsync(AccessToken refused, CancellationToken cancellation);

    public abstract Task<Identity> GetIdentityAsync(CancellationToken cancellation);

    /// <summary>Where its tokens are from, found out without a request; null where there is no session.</summary>
    public abstract Origin? FindOrigin();

    /// <summary>The session on disk, for what only that one can do.</summary>
    /// <exception cref="AuthException">Something stands in for the file.</exception>
    public abstract StoredSession RequireStored(string what);
}
