using Datagen.Auth.Flows;
using Datagen.Auth.Protocol;
using Datagen.Storage;

namespace Datagen.Auth;

/// <summary>From "nobody" to a stored credential. Nothing is written before everything has succeeded.</summary>
internal sealed class SignIn(
    Product product, SessionOptions options, CredentialsFile file, ServiceClient service, TimeProvider clock)
{
    public async Task<Credential> WithFlowAsync(SignInFlow flow, SignInPrompts prompts, CancellationToken cancellation)
    {
        file.RequireWritable();
        var endpoints = await DiscoverAsync(cancellation).ConfigureAwait(false);
        var tokenEndpoint = EndpointAddress.Of(endpoints.TokenEndpoint, "token_endpoint", options.Issuer);
        var token = flow switch
        {
            SignInFlow.Device => await new DeviceFlow(service, clock, prompts).SignInAsync(
                EndpointAddress.Of(endpoints.DeviceAuthorizationEndpoint, "device_authorization_endpoint", options.Issuer),
                tokenEndpoint, options.ClientId, options.Scope, cancellation).ConfigureAwait(false),
            _ => throw new AuthException($"{product.Name} can't sign in with the {flow} flow"),
        };

        var claims = await UserInfoAsync(endpoints, token.AccessToken!, cancellation).ConfigureAwait(false)
            ?? throw new AuthException("the server gave a token and then refused it");
        return await StoreAsync(token, endpoints, claims, cancellation).ConfigureAwait(false);
    }

    /// <summary>Signs in with an access token that somebody else got.</summary>
    public async Task<Credential> WithTokenAsync(string accessToken, CancellationToken cancellation)
    {
        if (!BearerToken.IsWellFormed(accessToken))
            throw new AuthException("what came on standard input is not an access token");
        file.RequireWritable();
        var endpoints = await DiscoverAsync(cancellation).ConfigureAwait(false);
        var claims = await UserInfoAsync(endpoints, accessToken, cancellation).ConfigureAwait(false)
            ?? throw new AuthException($"{options.Issuer} refused the token; nothing was stored");
        return await StoreAsync(new TokenResponse { AccessToken = accessToken }, endpoints, claims, cancellation).ConfigureAwait(false);
    }

    private Task<Endpoints> DiscoverAsync(CancellationToken cancellation) =>
        Discovery.FindAsync(service, EndpointAddress.Issuer(options.Issuer, product.Variable("ISSUER")), cancellation);

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
            Groups = product.HasOrganizations ? null : claims.AllGroups(),
            StoredAt = clock.GetUtcNow(),
            ExpiresAt = token.ExpiresIn is { } lifetime ? clock.GetUtcNow() + lifetime.ToTimeSpan() : null,
            RefreshToken = token.RefreshToken,
            IdToken = token.IdToken,
            Issuer = options.Issuer,
            ClientId = options.ClientId,
            Endpoints = endpoints,
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
