using Datagen.Auth;
using Datagen.Protocol;

namespace Datagen.Sessions;

/// <summary>Asks UserInfo whose a token is, and for which organization (OpenID Connect Core section 5.3).</summary>
internal sealed class WhoIs(TokenSource source, SessionOptions options, ServiceClient service, Action<string> warn)
{
    private Product Product => source.Product;

    /// <summary>Who is signed in; the organization that was asked for must be one of theirs.</summary>
    public async Task<Identity> AskAsync(CancellationToken cancellation)
    {
        var identity = await AskForAnyAsync(cancellation).ConfigureAwait(false);
        if (options.Organization is { } organization) RequireMember(identity, organization, Product, Product.Variable("ORG"));
        if (identity.ActiveOrgSlug is { } active && !identity.IsMemberOf(active))
            warn($"you are no longer a member of {Printable.Text(active)}; choose another organization with {Product.Command("org", " --use")}");
        return identity;
    }

    /// <summary>Who is signed in, whatever organization was asked for.</summary>
    public async Task<Identity> AskForAnyAsync(CancellationToken cancellation)
    {
        var token = await source.GetForUserInfoAsync(cancellation).ConfigureAwait(false);
        var identity = await SendAsync(token).ConfigureAwait(false);
        NotSignedInException? ended = null;
        if (identity is null)
            (identity, ended) = await Authorize.OnceMoreAsync(
                refused => source.ReplaceAsync(refused, cancellation), token, identity, SendAsync).ConfigureAwait(false);
        return identity ?? throw ended ?? NotSignedInException.Ended(Product);

        // Each token at its own server: the one that comes after a refusal may be of another sign-in.
        async Task<Identity?> SendAsync(AccessToken with)
        {
            var origin = await with.Origin!.WithEndpointsAsync(service, Product, Product.LoginHint, cancellation).ConfigureAwait(false);
            var claims = await UserInfo.GetAsync(
                service,
                origin.UserinfoEndpoint,
                Authorize.For(with),
                with.Organization is null ? null : Authorize.For(with, actsForOrganization: false),
                cancellation).ConfigureAwait(false);
            return claims is null ? null : Of(claims, with);
        }
    }

    public static Identity Of(Claims claims, AccessToken token) => new(
        claims.Email, token.Organization ?? claims.FirstOrganization(), claims.Memberships ?? [], claims.AllGroups(), token.ExpiresAt);

    /// <exception cref="AuthException">It is no membership.</exception>
    public static void RequireMember(Identity identity, string organization, Product product, string namedBy)
    {
        if (!identity.IsMemberOf(organization))
            throw new AuthException(
                $"you are not a member of an organization called {Printable.Text(organization)} ({namedBy})", $"{product.Command("org", " --list")} shows yours");
    }
}
