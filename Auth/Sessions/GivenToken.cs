using Datagen.Auth;
using Datagen.Protocol;

namespace Datagen.Sessions;

/// <summary>An access token that was given instead of the file. It is never refreshed, and nothing is read or written.</summary>
internal sealed class GivenToken(Product product, SessionOptions options, ServiceClient service, Action<string> warn) : TokenSource(product)
{
    private readonly Origin _origin = Origin.Of(options);

    public override Task<AccessToken> GetAsync(TimeSpan minimumValidity, bool refresh, CancellationToken cancellation) =>
        refresh ? Task.FromException<AccessToken>(Unusable("can't be refreshed"))
        : BearerToken.IsWellFormed(options.Token) ? Task.FromResult(
            new AccessToken(options.Token, ExpiresAt: null, Product.HasOrganizations ? options.Organization : null) { Origin = _origin })
        : Task.FromException<AccessToken>(new AuthException($"{Product.Variable("TOKEN")} holds characters that no access token has"));

    public override Task<AccessToken> ReplaceAsync(AccessToken refused, CancellationToken cancellation) =>
        Task.FromException<AccessToken>(Unusable("was refused: it is expired or revoked"));

    public override Task<Identity> GetIdentityAsync(CancellationToken cancellation) =>
        new WhoIs(this, options, service, warn).AskAsync(cancellation);

    public override Origin FindOrigin() => _origin;

    public override StoredSession RequireStored(string what) => throw new AuthException(
        $"can't {what} while {Product.Variable("TOKEN")} is set: its token is used instead of the file", $"unset {Product.Variable("TOKEN")}");

    private NotSignedInException Unusable(string why) => new(
        $"the token in {Product.Variable("TOKEN")} {why}", $"set {Product.Variable("TOKEN")} to a valid token, or unset it and run {Product.LoginCommand}");
}
