using Datagen.Auth;
using Datagen.Flows;
using Datagen.Protocol;
using Datagen.Storage;

namespace Datagen.Sessions;

/// <summary>From "nobody" to a stored credential. Nothing is written before everything has succeeded.</summary>
internal sealed partial class SignIn(
    Product product, SessionOptions options, CredentialsFile file, ServiceClient service, TimeProvider clock)
{
    /// <param name="flow">Null for the product's own, with the others beside it where the person can paste.</param>
    /// <param name="redirectPort">The loopback port of the browser flow; 0 for one that the system chooses.</param>
    /// <param name="prompts">How to talk to the person.</param>
    /// <param name="cancellation">Calls it off.</param>
    public async Task<Credential> WithFlowAsync(
        SignInFlow? flow, int redirectPort, SignInPrompts prompts, CancellationToken cancellation)
    {
        var client = new OAuthClient(options.ClientId, options.ClientSecret);
        var extra = ExtraParameters.Parse(options.Parameters, product.Variable("PARAMETERS"));
        var redirect = options.RedirectUri is { } text ? EndpointAddress.Redirect(text, product.Variable("REDIRECT_URI")) : null;
        RequireApi();
        file.RequireWritable();
        using var listener = (flow ?? product.DefaultFlow) == SignInFlow.Browser ? new LoopbackListener(redirectPort, redirect) : null;
        var server = await DiscoverAsync(cancellation).ConfigureAwait(false);
        var tokenEndpoint = EndpointAddress.Of(server.Endpoints.TokenEndpoint, "token_endpoint", options.Issuer);

        using var grant = await (
            listener is null ? ByDeviceAsync(cancellation)
            : flow is null && prompts.ReadPasted is not null && server.Endpoints.DeviceAuthorizationEndpoint is not null
                ? FirstToFinish.RunAsync([ByBrowserAsync, ByDeviceAsync], DiscardAsync, prompts.Note, cancellation)
            : ByBrowserAsync(cancellation)).ConfigureAwait(false);
        try
        {
            var claims = await ClaimsAsync(server.Endpoints, grant, cancellation).ConfigureAwait(false);
            var credential = await StoreAsync(grant.Token, server.Endpoints, claims, cancellation).ConfigureAwait(false);
            await grant.TellBrowserAsync(AnswerPage.SignedIn(product.Title)).ConfigureAwait(false);
            return credential;
        }
        catch (Exception failure) when (failure is AuthException or CredentialsFileException)
        {
            await grant.TellBrowserAsync(AnswerPage.NotSignedIn(product.Title, failure.Message)).ConfigureAwait(false);
            throw;
        }

        Task<Grant> ByDeviceAsync(CancellationToken stop) =>
            new DeviceFlow(service, clock, prompts).SignInAsync(
                EndpointAddress.Of(server.Endpoints.DeviceAuthorizationEndpoint, "device_authorization_endpoint", options.Issuer),
                tokenEndpoint, client, options.Scope, extra, stop);

        async Task<Grant> ByBrowserAsync(CancellationToken stop)
        {
            var request = new AuthorizationRequest(
                EndpointAddress.Of(server.Endpoints.AuthorizationEndpoint, "authorization_endpoint", options.Issuer),
                options.Issuer, server.ResponsesNameIssuer, client, options.Scope, extra, listener!.RedirectUri);
            return await new BrowserFlow(service, clock, prompts, product.Title)
                .SignInAsync(listener, request, tokenEndpoint, stop).ConfigureAwait(false);
        }
    }

    // Its tokens are left to expire: where a server keeps one session for a person and client, to revoke them ends the first one too.
    private async Task DiscardAsync(Grant second)
    {
        using (second) await second.TellBrowserAsync(AnswerPage.Elsewhere(product.Title)).ConfigureAwait(false);
    }

    /// <summary>Signs in with an access token that somebody else got.</summary>
    public async Task<Credential> WithTokenAsync(string accessToken, CancellationToken cancellation)
    {
        if (!BearerToken.IsWellFormed(accessToken))
            throw new AuthException("what came on standard input is not an access token");
        RequireApi();
        file.RequireWritable();
        var (endpoints, _) = await DiscoverAsync(cancellation).ConfigureAwait(false);
        var claims = await UserInfoAsync(endpoints, accessToken, cancellation).ConfigureAwait(false)
            ?? throw new AuthException($"{options.Issuer} refused the token; nothing was stored");
        return await StoreAsync(new TokenResponse { AccessToken = accessToken }, endpoints, claims, cancellation).ConfigureAwait(false);
    }

    // Before anyone is asked to sign in: what is stored must be of use.
    private void RequireApi()
    {
        if (options.Api is { } api) EndpointAddress.Api(api, product.Variable("API"));
    }

    private Task<DiscoveredServer> DiscoverAsync(CancellationToken cancellation) =>
        Discovery.FindAsync(service, EndpointAddress.Issuer(options.Issuer, product.Variable("ISSUER")), cancellation);

    private async Task<Claims> ClaimsAsync(Endpoints endpoints, Grant grant, CancellationToken cancellation)
    {
        IdToken? idToken = null;
        if (grant.Token.IdToken is { } compact && (product.IdentityIsInIdToken || grant.Nonce is not null))
        {
            idToken = IdToken.Parse(compact);
            idToken.RequireClaims(options.Issuer, options.ClientId, grant.Nonce, clock.GetUtcNow());
            await idToken.RequireSignatureAsync(
                service, EndpointAddress.Of(endpoints.JwksUri, "jwks_uri", options.Issuer), cancellation).ConfigureAwait(false);
        }

        // A server may have no ID token, or keep what it knows for UserInfo (OpenID Connect Core section 5.4).
        if (product.IdentityIsInIdToken && idToken is not null && (idToken.About.Email is not null || endpoints.UserinfoEndpoint is null))
            return idToken.About;

        var claims = await UserInfoAsync(endpoints, grant.Token.AccessToken!, cancellation).ConfigureAwait(false)
            ?? throw new AuthException("the server gave a token and then refused it");
        if (idToken is not null && claims.Sub != idToken.About.Sub) // OpenID Connect Core section 5.3.2
            throw new AuthException("the server's UserInfo is about somebody else than its ID token");
        return claims with { Groups = claims.Groups ?? claims.CognitoGroups ?? idToken?.About.AllGroups() };
    }

    private Task<Claims?> UserInfoAsync(Endpoints endpoints, string accessToken, CancellationToken cancellation) =>
        UserInfo.GetAsync(
            service,
            EndpointAddress.Of(endpoints.UserinfoEndpoint, "userinfo_endpoint", options.Issuer),
            accessToken,
            organization: null,
            cancellation);

    private async Task<Credential> StoreAsync(
        TokenResponse token, Endpoints endpoints, Claims claims, CancellationToken cancellation)
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
            Issuer = options.Issuer,
            ClientId = options.ClientId,
            ClientSecret = options.ClientSecret,
            Endpoints = endpoints,
            Api = options.Api,
        };
        using var held = await file.LockAsync(clock, settled: null, cancellation).ConfigureAwait(false);
        cancellation.ThrowIfCancellationRequested();
        held!.Write(credential with { Others = UnknownKeys(held) });
        return credential;
    }

    private static Dictionary<string, System.Text.Json.JsonElement>? UnknownKeys(LockedCredentials held)
    {
        try
        {
            return held.Read()?.Others;
        }
        catch (CredentialsFileException)
        {
            // A file that can't be used is what a new sign-in mends.
            return null;
        }
    }
}
