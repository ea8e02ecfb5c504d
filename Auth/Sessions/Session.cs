using Datagen.Flows;
using Datagen.Protocol;
using Datagen.Sessions;
using Datagen.Storage;

namespace Datagen.Auth;

/// <summary>A product's session: a valid access token, now, and whose it is.</summary>
public sealed partial class Session
{
    /// <summary>A token that lives no longer than this is refreshed before use.</summary>
    public static readonly TimeSpan RefreshMargin = TimeSpan.FromMinutes(5);

    private readonly SessionOptions _options;
    private readonly Lazy<CredentialsFile> _file;
    private readonly ServiceClient _service;
    private readonly TimeProvider _clock;
    private readonly Action<string> _warn;
    private Product _product;

    internal Session(
        Product product, SessionOptions options, ServiceClient service, TimeProvider clock, Action<string> warn)
    {
        _product = product;
        _options = options;
        _service = service;
        _clock = clock;
        _warn = warn;
        _workload = options is { Token: null, Grant: not null } ? new Workload(product, options, service, clock) : null;
        _file = new Lazy<CredentialsFile>(OpenFile, LazyThreadSafetyMode.PublicationOnly);
    }

    /// <summary>The product, with the profile in force once the file was looked for.</summary>
    internal Product Product => _product;

    private CredentialsFile CredentialsFile => _file.Value;

    private CredentialsFile OpenFile()
    {
        var folder = _options.Folder ?? throw Profiles.NoFolder();
        var profile = Profiles.InForce(_options, _product);
        _product = _product with { Profile = profile };
        return Profiles.FileOf(folder, profile ?? Profiles.Default, _warn);
    }

    /// <summary>A valid access token, refreshed first if it must be (RFC 6749 section 6).</summary>
    /// <param name="minimumValidity">How long the token should live from now; a server's tokens may live for less.</param>
    /// <param name="refresh">Whether to refresh whatever the time.</param>
    /// <param name="cancellation">Ends the wait.</param>
    /// <exception cref="NotSignedInException">There is no session, or it has ended.</exception>
    /// <exception cref="ServiceUnreachableException">The token had to be refreshed, and the service can't be reached.</exception>
    /// <exception cref="AuthException">The server answered with an error.</exception>
    /// <exception cref="CredentialsFileException">The file can't be used.</exception>
    public async Task<AccessToken> GetAccessTokenAsync(
        TimeSpan minimumValidity = default, bool refresh = false, CancellationToken cancellation = default)
    {
        if (_options.Token is not null)
            return refresh ? throw TokenFromEnvironment("can't be refreshed") : new AccessToken(GivenToken(), null, _options.Organization) { IsGiven = true };
        if (_workload is not null)
            return WithWarning(await _workload.TokenAsync(minimumValidity, refused: null, refresh, cancellation).ConfigureAwait(false), minimumValidity);

        var credential = Stored();
        var margin = minimumValidity > RefreshMargin ? minimumValidity : RefreshMargin;
        if (refresh || !credential.OutlivesBy(margin, _clock.GetUtcNow()))
            credential = await RefreshAsync(credential, refresh ? RefreshReason.Asked : RefreshReason.Stale, margin, cancellation)
                .ConfigureAwait(false);
        return WithWarning(TokenOf(credential), minimumValidity);
    }

    /// <summary>Another access token for one that a server has just refused with 401 (RFC 6750 section 3.1): refreshed, unless another process has done so already.</summary>
    /// <param name="refused">The token that was refused.</param>
    /// <param name="cancellation">Ends the wait.</param>
    /// <exception cref="NotSignedInException">There is no session, or it can't be refreshed.</exception>
    /// <exception cref="ServiceUnreachableException">The service can't be reached.</exception>
    /// <exception cref="AuthException">The server answered with an error.</exception>
    /// <exception cref="CredentialsFileException">The file can't be used.</exception>
    public async Task<AccessToken> ReplaceAccessTokenAsync(AccessToken refused, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(refused);
        if (_options.Token is not null) throw TokenFromEnvironment("was refused: it is expired or revoked");
        if (_workload is not null) return await _workload.TokenAsync(TimeSpan.Zero, refused.Value, anew: false, cancellation).ConfigureAwait(false);
        var stored = Stored();
        return TokenOf(stored.AccessToken != refused.Value && stored.OutlivesBy(TimeSpan.Zero, _clock.GetUtcNow())
            ? stored
            : await RefreshAsync(stored, RefreshReason.Refused, RefreshMargin, cancellation).ConfigureAwait(false));
    }

    /// <summary>Who is signed in, and for which organization. One request to UserInfo where the product has organizations, else none while the token is fresh.</summary>
    /// <param name="cancellation">Ends the wait.</param>
    /// <exception cref="NotSignedInException">There is no session, or it has ended.</exception>
    /// <exception cref="ServiceUnreachableException">The service can't be reached.</exception>
    /// <exception cref="AuthException">The server answered with an error, or the organization asked for is no membership.</exception>
    /// <exception cref="CredentialsFileException">The file can't be used.</exception>
    public async Task<Identity> GetIdentityAsync(CancellationToken cancellation = default)
    {
        if (_workload is not null) return await IdentityOfAsync(_workload, cancellation).ConfigureAwait(false);
        if (_product.IdentityIsInIdToken && _options.Token is null)
        {
            var credential = await FreshAsync(cancellation).ConfigureAwait(false);
            return new Identity(credential.Email, null, [], credential.Groups ?? [], credential.ExpiresAt);
        }

        var identity = await AskUserInfoAsync(cancellation).ConfigureAwait(false);
        if (_options.Organization is { } organization && !identity.IsMemberOf(organization))
            throw NotAMembership(organization, _product.Variable("ORG"));
        if (identity.ActiveOrgSlug is { } active && !identity.IsMemberOf(active))
            _warn($"you are no longer a member of {Printable.Text(active)}; choose another organization with {_product.Command("org", " --use")}");
        return identity;
    }

    /// <summary>Makes an organization the active one, for every process that uses this credential.</summary>
    /// <param name="slug">The organization; must be one of the person's memberships.</param>
    /// <param name="cancellation">Ends the wait.</param>
    /// <exception cref="AuthException">It is no membership, or an access token from the environment stands in for the file. Nothing has changed.</exception>
    /// <exception cref="NotSignedInException">There is no session, or it has ended.</exception>
    /// <exception cref="ServiceUnreachableException">The service can't be reached.</exception>
    /// <exception cref="CredentialsFileException">The file can't be used.</exception>
    public async Task<Identity> UseOrganizationAsync(string slug, CancellationToken cancellation = default)
    {
        RequireNoTokenFromEnvironment("switch the organization");
        var before = Stored();
        var identity = await AskUserInfoAsync(cancellation).ConfigureAwait(false);
        if (!identity.IsMemberOf(slug)) throw NotAMembership(slug, "--use");

        using var held = await CredentialsFile.LockAsync(_clock, settled: null, cancellation).ConfigureAwait(false);
        var credential = held!.Read() ?? throw NotSignedInException.Nobody(_product);
        if (credential.Email != before.Email || credential.Issuer != before.Issuer)
            throw new AuthException("somebody else has signed in meanwhile; nothing was changed");
        held.Write(credential with { ActiveOrgSlug = slug });
        if (_options.Organization is { } other && other != slug)
            _warn($"{_product.Variable("ORG")} is set to {Printable.Text(other)}, which goes before the active organization");
        return identity with { ActiveOrgSlug = slug };
    }

    /// <summary>Signs a person in and stores the credential. Until everything has succeeded the old one stays untouched.</summary>
    /// <param name="prompts">How to talk to the person.</param>
    /// <param name="flow">
    /// The one way to sign in. Null for the product's own; where that is the browser flow, the person can paste, and the server
    /// offers it, the device flow runs beside it, and whichever finishes first wins.
    /// </param>
    /// <param name="redirectPort">The loopback port that the browser comes back to, for servers that know only one; 0 for one that the system chooses.</param>
    /// <param name="cancellation">Calls the sign-in off.</param>
    /// <exception cref="SignInFailedException">The person said no, or nothing in time.</exception>
    /// <exception cref="ServiceUnreachableException">The service can't be reached.</exception>
    /// <exception cref="AuthException">The server answered with an error, or an access token from the environment stands in for the file.</exception>
    /// <exception cref="CredentialsFileException">The file can't be written.</exception>
    public async Task<Identity> SignInAsync(
        SignInPrompts prompts, SignInFlow? flow = null, int redirectPort = 0, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(prompts);
        RequireNoTokenFromEnvironment("sign in");
        return IdentityOf(await NewSignIn().WithFlowAsync(flow, redirectPort, prompts, cancellation).ConfigureAwait(false));
    }

    /// <summary>Stores an access token that was got elsewhere, once UserInfo has told whose it is.</summary>
    /// <param name="accessToken">The token.</param>
    /// <param name="cancellation">Calls it off.</param>
    /// <exception cref="ServiceUnreachableException">The service can't be reached.</exception>
    /// <exception cref="AuthException">The token was refused, or another one from the environment stands in for the file.</exception>
    /// <exception cref="CredentialsFileException">The file can't be written.</exception>
    public async Task<Identity> SignInWithTokenAsync(string accessToken, CancellationToken cancellation = default)
    {
        RequireNoTokenFromEnvironment("sign in");
        return IdentityOf(await NewSignIn().WithTokenAsync(accessToken, cancellation).ConfigureAwait(false));
    }

    /// <summary>Revokes the session (RFC 7009) and deletes the credential.</summary>
    /// <param name="onlyHere">Whether to leave the server out and only delete the file.</param>
    /// <param name="cancellation">Calls it off.</param>
    /// <returns>False where nobody was signed in.</returns>
    /// <exception cref="ServiceUnreachableException">The service can't be reached; the credential stays.</exception>
    /// <exception cref="AuthException">The server refused, and the credential stays; or an access token from the environment stands in for the file.</exception>
    /// <exception cref="CredentialsFileException">The file can't be used.</exception>
    public Task<bool> SignOutAsync(bool onlyHere = false, CancellationToken cancellation = default)
    {
        RequireNoTokenFromEnvironment("sign out");
        var file = CredentialsFile;
        var signOut = new SignOut(_product, file, NewPendingFile(), _service, _clock, _warn);
        return onlyHere ? signOut.HereAsync(cancellation) : signOut.EverywhereAsync(cancellation);
    }

    private AccessToken WithWarning(AccessToken token, TimeSpan minimumValidity)
    {
        if (token.ExpiresAt is { } end && end - _clock.GetUtcNow() <= minimumValidity)
            _warn($"the access token lives for less than the {minimumValidity.TotalSeconds:0} seconds asked for");
        return token;
    }

    private AccessToken TokenOf(Credential credential) =>
        new(credential.AccessToken, credential.ExpiresAt, _options.Organization ?? credential.ActiveOrgSlug)
        {
            Issuer = credential.Issuer,
            Api = credential.Api,
        };

    private SignIn NewSignIn()
    {
        var file = CredentialsFile;
        return new SignIn(_product, _options, file, _service, _clock);
    }

    private static Identity IdentityOf(Credential credential) =>
        new(credential.Email, credential.ActiveOrgSlug, [], credential.Groups ?? [], credential.ExpiresAt);

    private async Task<Identity> AskUserInfoAsync(CancellationToken cancellation)
    {
        if (_options.Token is not null)
        {
            var issuer = EndpointAddress.Issuer(_options.Issuer, _product.Variable("ISSUER"));
            var (endpoints, _) = await Discovery.FindAsync(_service, issuer, cancellation).ConfigureAwait(false);
            return await AskAsync(endpoints, GivenToken(), _options.Issuer, stored: null).ConfigureAwait(false)
                ?? throw TokenFromEnvironment("was refused: it is expired or revoked");
        }

        var credential = await FreshAsync(cancellation).ConfigureAwait(false);
        if (await AskWithAsync(credential).ConfigureAwait(false) is { } identity) return identity;
        credential = await RefreshAsync(credential, RefreshReason.Refused, RefreshMargin, cancellation).ConfigureAwait(false);
        return await AskWithAsync(credential).ConfigureAwait(false) ?? throw NotSignedInException.Ended(_product);

        // Each credential at its own server: the one adopted after a refusal may be of another sign-in.
        async Task<Identity?> AskWithAsync(Credential with)
        {
            var endpoints = await with.FindEndpointsAsync(_service, _product.LoginHint, cancellation).ConfigureAwait(false);
            return await AskAsync(endpoints, with.AccessToken, with.Issuer ?? "the server", with).ConfigureAwait(false);
        }

        async Task<Identity?> AskAsync(Endpoints endpoints, string accessToken, string issuer, Credential? stored)
        {
            var endpoint = EndpointAddress.Of(endpoints.UserinfoEndpoint, "userinfo_endpoint", issuer);
            var organization = _product.HasOrganizations ? _options.Organization ?? stored?.ActiveOrgSlug : null;
            var claims = await UserInfo.GetAsync(_service, endpoint, accessToken, organization, cancellation).ConfigureAwait(false);
            return claims is null ? null : new Identity(
                claims.Email,
                organization ?? claims.FirstOrganization(),
                claims.Memberships ?? [],
                claims.AllGroups(),
                stored?.ExpiresAt);
        }
    }

    private async Task<Credential> FreshAsync(CancellationToken cancellation)
    {
        var credential = Stored();
        return credential.OutlivesBy(RefreshMargin, _clock.GetUtcNow())
            ? credential
            : await RefreshAsync(credential, RefreshReason.Stale, RefreshMargin, cancellation).ConfigureAwait(false);
    }

    private Task<Credential> RefreshAsync(Credential seen, RefreshReason reason, TimeSpan margin, CancellationToken cancellation) =>
        new Refresh(_product, CredentialsFile, _service, _clock, _warn).RunAsync(seen, reason, margin, cancellation);

    private Credential Stored() => CredentialsFile.Read() ?? throw NotSignedInException.Nobody(_product);

    private string GivenToken() => BearerToken.IsWellFormed(_options.Token)
        ? _options.Token
        : throw new AuthException($"{_product.Variable("TOKEN")} holds characters that no access token has");

    private void RequireNoTokenFromEnvironment(string what)
    {
        var variable = _product.Variable("TOKEN");
        if (_options.Token is not null)
            throw new AuthException($"can't {what} while {variable} is set: its token is used instead of the file", $"unset {variable}");
        variable = _product.Variable("GRANT");
        if (_options.Grant is not null)
            throw new AuthException($"can't {what} while {variable} is set: this machine signs in by what it is, without the file", $"unset {variable}");
    }

    private NotSignedInException TokenFromEnvironment(string what) =>
        new($"the token in {_product.Variable("TOKEN")} {what}", $"set {_product.Variable("TOKEN")} to a valid token, or unset it and run {_product.LoginCommand}");

    private AuthException NotAMembership(string slug, string source) =>
        new($"you are not a member of an organization called {Printable.Text(slug)} ({source})", $"{_product.Command("org", " --list")} shows yours");
}

/// <summary>An access token (RFC 6750).</summary>
/// <param name="Value">The token itself: a secret.</param>
/// <param name="ExpiresAt">When it expires, if the server said.</param>
/// <param name="Organization">The organization that requests act for, sent as <c>X-Datagen-Org</c>; null where there is none.</param>
public sealed record AccessToken(string Value, DateTimeOffset? ExpiresAt, string? Organization)
{
    // Where it came from and where it may go, so that both are of the one credential.
    internal string? Issuer { get; init; }

    internal string? Api { get; init; }

    /// <summary>Whether it was given in the environment, and nothing is known of where it came from.</summary>
    internal bool IsGiven { get; init; }

    /// <summary>Names no secret.</summary>
    public override string ToString() => "access token";
}
