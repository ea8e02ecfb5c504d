using Datagen.Protocol;
using Datagen.Sessions;

namespace Datagen.Auth;

/// <summary>A product's session: a valid access token, now, and whose it is.</summary>
public sealed class Session
{
    /// <summary>A token that lives no longer than this is refreshed before use.</summary>
    public static readonly TimeSpan RefreshMargin = TimeSpan.FromMinutes(5);

    private readonly Product _product;
    private readonly SessionOptions _options;
    private readonly ServiceClient _service;
    private readonly TimeProvider _clock;
    private readonly Action<string> _warn;
    private readonly Lazy<TokenSource> _source;

    internal Session(
        Product product, SessionOptions options, ServiceClient service, TimeProvider clock, Action<string> warn)
    {
        _product = product;
        _options = options;
        _service = service;
        _clock = clock;
        _warn = warn;
        _source = new Lazy<TokenSource>(ChooseSource, LazyThreadSafetyMode.PublicationOnly);
    }

    /// <summary>A product's session, the same that its command uses: they share the credentials file and its lock.</summary>
    /// <param name="product">Whose session.</param>
    /// <param name="options">Null for what the environment says, as the command reads it.</param>
    /// <param name="warn">Is told what a person should know and no result tells, such as permissions that were too wide. May be null.</param>
    /// <remarks>Nothing is read or asked before it is needed. A session may be used by several threads at once.</remarks>
    public static Session Open(Product product, SessionOptions? options = null, Action<string>? warn = null)
    {
        ArgumentNullException.ThrowIfNull(product);
        return new Session(
            product,
            options ?? SessionOptions.FromEnvironment(product),
            new ServiceClient(_ => Library.Http.Value),
            TimeProvider.System,
            warn ?? (_ => { }));
    }

    /// <summary>The product, with the profile in force once that is known: for hints.</summary>
    internal Product Product => _source.IsValueCreated ? _source.Value.Product : _product;

    private TokenSource ChooseSource()
    {
        if (_options.Token is not null) return new GivenToken(_product, _options, _service, _warn);
        if (_options.Grant is not null) return new Workload(_product, _options, _service, _clock);
        var folder = _options.Folder ?? throw Profiles.NoFolder();
        var profile = Profiles.InForce(_options, _product);
        var file = Profiles.FileOf(folder, profile ?? Profiles.Default, _warn);
        return new StoredSession(_product with { Profile = profile }, _options, file, _service, _clock, _warn);
    }

    /// <summary>A valid access token, refreshed first if it must be (RFC 6749 section 6).</summary>
    /// <param name="minimumValidity">How long the token should live from now; a server's tokens may live for less.</param>
    /// <param name="refresh">Whether to refresh whatever the time.</param>
    /// <param name="cancellation">Ends the wait.</param>
    /// <exception cref="NotSignedInException">There is no session, or it has ended.</exception>
    /// <exception cref="ServiceUnreachableException">The token had to be refreshed, and the service can't be reached.</exception>
    /// <exception cref="CredentialsFileException">The file can't be used.</exception>
    /// <exception cref="AuthException">The server answered with an error.</exception>
    /// <remarks>The file is looked at in each call, so that what another process has stored is what counts; it is read again where it has changed.</remarks>
    public Task<AccessToken> GetAccessTokenAsync(
        TimeSpan minimumValidity = default, bool refresh = false, CancellationToken cancellation = default)
    {
        // Most calls end here: nothing is awaited and nothing allocated.
        if (_source.IsValueCreated && minimumValidity <= TimeSpan.Zero) return _source.Value.GetAsync(minimumValidity, refresh, cancellation);
        return GetWithWarningAsync(minimumValidity, refresh, cancellation);
    }

    private async Task<AccessToken> GetWithWarningAsync(TimeSpan minimumValidity, bool refresh, CancellationToken cancellation)
    {
        var token = await _source.Value.GetAsync(minimumValidity, refresh, cancellation).ConfigureAwait(false);
        if (minimumValidity > TimeSpan.Zero && token.ExpiresAt is { } end && end - _clock.GetUtcNow() <= minimumValidity)
            _warn($"the access token lives for less than the {minimumValidity.TotalSeconds:0} seconds asked for");
        return token;
    }

    /// <summary>Another access token for one that a server has just refused with 401 (RFC 6750 section 3.1): refreshed, unless another process has done so already.</summary>
    /// <param name="refused">The token that was refused.</param>
    /// <param name="cancellation">Ends the wait.</param>
    /// <exception cref="NotSignedInException">There is no session, or it can't be refreshed.</exception>
    /// <exception cref="ServiceUnreachableException">The service can't be reached.</exception>
    /// <exception cref="CredentialsFileException">The file can't be used.</exception>
    /// <exception cref="AuthException">The server answered with an error.</exception>
    public async Task<AccessToken> ReplaceAccessTokenAsync(AccessToken refused, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(refused);
        return await _source.Value.ReplaceAsync(refused, cancellation).ConfigureAwait(false);
    }

    /// <summary>Who is signed in, and for which organization. One request to UserInfo where the product has organizations, else none while the token is fresh.</summary>
    /// <param name="cancellation">Ends the wait.</param>
    /// <exception cref="NotSignedInException">There is no session, or it has ended.</exception>
    /// <exception cref="ServiceUnreachableException">The service can't be reached.</exception>
    /// <exception cref="CredentialsFileException">The file can't be used.</exception>
    /// <exception cref="AuthException">The server answered with an error, or the organization asked for is no membership.</exception>
    public async Task<Identity> GetIdentityAsync(CancellationToken cancellation = default) =>
        await _source.Value.GetIdentityAsync(cancellation).ConfigureAwait(false);

    /// <summary>Makes an organization the active one, for every process that uses this credential.</summary>
    /// <param name="slug">The organization; must be one of the person's memberships.</param>
    /// <param name="cancellation">Ends the wait.</param>
    /// <exception cref="NotSignedInException">There is no session, or it has ended.</exception>
    /// <exception cref="ServiceUnreachableException">The service can't be reached.</exception>
    /// <exception cref="CredentialsFileException">The file can't be used.</exception>
    /// <exception cref="AuthException">It is no membership, or an access token from the environment stands in for the file. Nothing has changed.</exception>
    public async Task<Identity> UseOrganizationAsync(string slug, CancellationToken cancellation = default) =>
        await Stored("switch the organization").UseOrganizationAsync(slug, cancellation).ConfigureAwait(false);

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
    /// <exception cref="CredentialsFileException">The file can't be written.</exception>
    /// <exception cref="AuthException">The server answered with an error, or an access token from the environment stands in for the file.</exception>
    public async Task<Identity> SignInAsync(
        SignInPrompts prompts, SignInFlow? flow = null, int redirectPort = 0, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(prompts);
        return StoredSession.IdentityOf(
            await Stored("sign in").NewSignIn().WithFlowAsync(flow, redirectPort, prompts, cancellation).ConfigureAwait(false));
    }

    /// <summary>Stores an access token that was got elsewhere, once UserInfo has told whose it is.</summary>
    /// <param name="accessToken">The token.</param>
    /// <param name="cancellation">Calls it off.</param>
    /// <exception cref="ServiceUnreachableException">The service can't be reached.</exception>
    /// <exception cref="CredentialsFileException">The file can't be written.</exception>
    /// <exception cref="AuthException">The token was refused, or another one from the environment stands in for the file.</exception>
    public async Task<Identity> SignInWithTokenAsync(string accessToken, CancellationToken cancellation = default) =>
        StoredSession.IdentityOf(await Stored("sign in").NewSignIn().WithTokenAsync(accessToken, cancellation).ConfigureAwait(false));

    /// <summary>Begins a device sign-in (RFC 8628 section 3.1) for callers that can't hold a process open while a person decides. It takes the place of one begun before.</summary>
    /// <param name="cancellation">Calls it off.</param>
    /// <exception cref="ServiceUnreachableException">The service can't be reached.</exception>
    /// <exception cref="CredentialsFileException">The file can't be written.</exception>
    /// <exception cref="AuthException">The server has no device authorization or answered with an error, or the environment stands in for the file.</exception>
    public async Task<StartedSignIn> StartSignInAsync(CancellationToken cancellation = default) =>
        await Stored("sign in").NewTwoStepSignIn().StartAsync(cancellation).ConfigureAwait(false);

    /// <summary>Completes the sign-in that <see cref="StartSignInAsync"/> began: asks once, and again while there is time. Polls keep their distance across processes.</summary>
    /// <param name="wait">How long to go on asking; at least one answer is waited for.</param>
    /// <param name="cancellation">Ends the wait; the sign-in can still be completed.</param>
    /// <exception cref="SignInFailedException">The person said no, the code has expired, or nobody has decided yet.</exception>
    /// <exception cref="ServiceUnreachableException">The service can't be reached.</exception>
    /// <exception cref="CredentialsFileException">A file can't be used.</exception>
    /// <exception cref="AuthException">No sign-in was started, or the server answered with an error.</exception>
    public async Task<Identity> FinishSignInAsync(TimeSpan wait = default, CancellationToken cancellation = default) =>
        StoredSession.IdentityOf(await Stored("sign in").NewTwoStepSignIn().FinishAsync(wait, cancellation).ConfigureAwait(false));

    /// <summary>Revokes the session (RFC 7009) and deletes the credential.</summary>
    /// <param name="onlyHere">Whether to leave the server out and only delete the file.</param>
    /// <param name="cancellation">Calls it off.</param>
    /// <returns>False where nobody was signed in.</returns>
    /// <exception cref="ServiceUnreachableException">The service can't be reached; the credential stays.</exception>
    /// <exception cref="CredentialsFileException">The file can't be used.</exception>
    /// <exception cref="AuthException">The server refused, and the credential stays; or an access token from the environment stands in for the file.</exception>
    public async Task<bool> SignOutAsync(bool onlyHere = false, CancellationToken cancellation = default)
    {
        var signOut = Stored("sign out").NewSignOut();
        return await (onlyHere ? signOut.HereAsync(cancellation) : signOut.EverywhereAsync(cancellation)).ConfigureAwait(false);
    }

    /// <summary>The one way to sign in that was named or is remembered; null for the product's own.</summary>
    /// <exception cref="AuthException">It is none that is known.</exception>
    internal SignInFlow? FindSignInFlow() => Stored("sign in").SignInOptions.Flow switch
    {
        null => null,
        "device" => SignInFlow.Device,
        "browser" => SignInFlow.Browser,
        var other => throw new AuthException($"{_product.Variable("FLOW")} is {Printable.Text(other)}", "it takes device or browser"),
    };

    /// <summary>The base address of the API that a token of this session is for, and may be sent to.</summary>
    /// <param name="token">A token of this session.</param>
    /// <exception cref="AuthException">Nobody has said which API that is, or the environment names another than the token's sign-in did.</exception>
    public Uri GetApiAddress(AccessToken token)
    {
        ArgumentNullException.ThrowIfNull(token);
        return (token.Origin ?? throw new ArgumentException("not a token of this session", nameof(token))).ApiFor(Product, _options.Api);
    }

    /// <summary>The API that a token of this session would be for, found out without any request; null where there is no session, or nobody has said.</summary>
    internal Uri? FindApiAddress()
    {
        var origin = _source.Value.FindOrigin();
        try
        {
            return origin?.ApiFor(Product, _options.Api);
        }
        catch (AuthException)
        {
            return null; // Callers that need it ask GetApiAddress, which throws with the reason.
        }
    }

    internal ApiClient NewApiClient(TimeSpan longestIdle) => new(_source.Value, _options, _service, longestIdle);

    private StoredSession Stored(string what) => _source.Value.RequireStored(what);

    // On its own, so that the command, which brings its own client, never makes this one.
    private static class Library
    {
        public static readonly Lazy<HttpClient> Http = new(() =>
            Connections.CreateHttpClient($"datagen-auth/{typeof(Session).Assembly.GetName().Version?.ToString(3)}"));
    }
}
