using Datagen.Auth;
using Datagen.Flows;
using Datagen.Protocol;
using Datagen.Storage;

namespace Datagen.Sessions;

/// <summary>Signs a person in while they wait, or takes a token that somebody else got.</summary>
internal sealed class SignIn(
    Product product, SessionOptions options, SessionFiles files, ServiceClient service, TimeProvider clock, Action<string> warn)
{
    private readonly NewCredential _credential = new(product, files, service, clock, warn);

    /// <param name="flow">Null for the product's own, with the others beside it where the person can paste.</param>
    /// <param name="redirectPort">The loopback port of the browser flow; 0 for one that the system chooses.</param>
    /// <param name="prompts">How to talk to the person.</param>
    /// <param name="cancellation">Calls it off.</param>
    public async Task<Credential> WithFlowAsync(
        SignInFlow? flow, int redirectPort, SignInPrompts prompts, CancellationToken cancellation)
    {
        var extra = ExtraParameters.Parse(options.Parameters, product.Variable("PARAMETERS"));
        var redirect = options.RedirectUri is { } text ? EndpointAddress.Redirect(text, product.Variable("REDIRECT_URI")) : null;
        var origin = Origin.Of(options);
        origin.RequireUsableApi(product);
        files.Credentials.RequireWritable();
        using var listener = (flow ?? product.DefaultFlow) == SignInFlow.Browser ? new LoopbackListener(redirectPort, redirect) : null;
        var server = await origin.DiscoverAsync(service, product, product.LoginHint, cancellation).ConfigureAwait(false);
        origin = origin with { Endpoints = server.Endpoints };
        var tokenEndpoint = origin.TokenEndpoint;
        server.RequireSignIn(origin, product, flow ?? product.DefaultFlow);
        var ahead = server.Date is { } date ? date - clock.GetUtcNow() : TimeSpan.Zero;
        var key = await files.Keys.ChooseAsync(server.ProofAlgorithms, options.Issuer, cancellation).ConfigureAwait(false);
        key?.Proofs.Correct(tokenEndpoint, ahead);
        var asking = key is null ? service : service.BoundTo(key.Proofs);

        using var grant = await (
            listener is null ? ByDeviceAsync(cancellation)
            : flow is null && prompts.ReadPasted is not null && server.Endpoints.DeviceAuthorizationEndpoint is not null
                ? FirstToFinish.RunAsync([ByBrowserAsync, ByDeviceAsync], DiscardAsync, prompts.Note, cancellation)
            : ByBrowserAsync(cancellation)).ConfigureAwait(false);
        try
        {
            var credential = await _credential.StoreAsync(origin, grant, key, options.ToRemember, cancellation).ConfigureAwait(false);
            await grant.TellBrowserAsync(AnswerPage.SignedIn(product.Title)).ConfigureAwait(false);
            return credential;
        }
        catch (AuthException failure)
        {
            await grant.TellBrowserAsync(AnswerPage.NotSignedIn(product.Title, failure.Message)).ConfigureAwait(false);
            throw;
        }

        Task<TokenGrant> ByDeviceAsync(CancellationToken stop) => _credential.UsableAsync(
            origin,
            stopped => new DeviceFlow(asking, clock, prompts).SignInAsync(
                origin.DeviceAuthorizationEndpoint, tokenEndpoint, origin.Client, options.Scope, extra, stopped),
            stop);

        async Task<TokenGrant> ByBrowserAsync(CancellationToken stop)
        {
            var request = new AuthorizationRequest(
                origin.AuthorizationEndpoint, options.Issuer, server.ResponsesNameIssuer, origin.Client, options.Scope,
                key is null ? extra : [.. extra, new("dpop_jkt", key.Proofs.Thumbprint)], listener!.RedirectUri); // RFC 9449 section 10
            return await _credential.UsableAsync(
                origin, stopped => new BrowserFlow(asking, clock, prompts, product.Title).SignInAsync(listener, request, tokenEndpoint, stopped), stop).ConfigureAwait(false);
        }
    }

    // Its tokens are left to expire: where a server keeps one session for a person and client, to revoke them ends the first one too.
    private async Task DiscardAsync(TokenGrant second)
    {
        using (second) await second.TellBrowserAsync(AnswerPage.Elsewhere(product.Title)).ConfigureAwait(false);
    }

    /// <summary>Signs in with an access token that somebody else got.</summary>
    public async Task<Credential> WithTokenAsync(string accessToken, CancellationToken cancellation)
    {
        if (!BearerToken.IsWellFormed(accessToken))
            throw new AuthException("what came on standard input is not an access token");
        if (options.Dpop is not (null or DpopKeys.Off))
            throw new AuthException("a token that was got elsewhere can't be bound to a key", $"--dpop off, or {product.Variable("DPOP")}=off");
        var origin = Origin.Of(options);
        origin.RequireUsableApi(product);
        files.Credentials.RequireWritable();
        origin = await origin.WithEndpointsAsync(service, product, product.LoginHint, cancellation).ConfigureAwait(false);
        var claims = await _credential.AskUserInfoAsync(origin, accessToken, key: null, cancellation).ConfigureAwait(false)
            ?? throw new AuthException($"{options.Issuer} refused the token; nothing was stored");
        return await _credential.WriteAsync(
            origin, new TokenResponse { AccessToken = accessToken }, claims, key: null, options.ToRemember, cancellation).ConfigureAwait(false);
    }
}
