using Datagen.Auth;
using Datagen.Protocol;
using Datagen.Storage;

namespace Datagen.Sessions;

/// <summary>Where tokens come from and where they may go: issuer, client, API and endpoints are one value, so that they are never mixed.</summary>
/// <param name="IsStored">Whether credentials.json says so, else the environment or the options.</param>
/// <param name="Issuer">The authorization server; null in a credential that does not say.</param>
/// <param name="Client">The client that the tokens were given to.</param>
/// <param name="Api">The base address of the API, where one was named.</param>
/// <param name="Endpoints">The server's endpoints, as far as they are known without asking.</param>
internal sealed record Origin(bool IsStored, string? Issuer, OAuthClient Client, string? Api, Endpoints? Endpoints)
{
    /// <summary>A stored credential belongs to the server it came from, whatever the environment says now.</summary>
    public static Origin Of(Credential credential, Product product) => new(
        IsStored: true, credential.Issuer, new OAuthClient(credential.ClientId ?? product.ClientId, credential.ClientSecret), credential.Api, credential.Endpoints);

    public static Origin Of(PendingSignIn pending) => new(
        IsStored: true, pending.Issuer, new OAuthClient(pending.ClientId, pending.ClientSecret), pending.Api, pending.Endpoints);

    public static Origin Of(SessionOptions options) => new(
        IsStored: false, options.Issuer, new OAuthClient(options.ClientId, options.ClientSecret), options.Api, Endpoints: null);

    /// <summary>The issuer, for messages.</summary>
    public string Server => Issuer ?? "the server";

    /// <summary>The endpoint of that name in the server's metadata.</summary>
    /// <exception cref="AuthException">The server offers none, or it must not be used.</exception>
    private Uri Endpoint(Func<Endpoints, string?> choose, string name) =>
        EndpointAddress.Of(Endpoints is null ? null : choose(Endpoints), name, Server);

    public Uri TokenEndpoint => Endpoint(endpoints => endpoints.TokenEndpoint, EndpointName.Token);

    public Uri RevocationEndpoint => Endpoint(endpoints => endpoints.RevocationEndpoint, EndpointName.Revocation);

    public Uri UserinfoEndpoint => Endpoint(endpoints => endpoints.UserinfoEndpoint, EndpointName.UserInfo);

    public Uri DeviceAuthorizationEndpoint => Endpoint(endpoints => endpoints.DeviceAuthorizationEndpoint, EndpointName.DeviceAuthorization);

    public Uri JwksUri => Endpoint(endpoints => endpoints.JwksUri, EndpointName.Keys);

    public Uri AuthorizationEndpoint => Endpoint(endpoints => endpoints.AuthorizationEndpoint, EndpointName.Authorization);

    /// <summary>The same with its endpoints: those kept, else those its own issuer tells.</summary>
    /// <param name="service">Asks the issuer.</param>
    /// <param name="product">Whose words errors use.</param>
    /// <param name="hint">What helps where the issuer is not known.</param>
    /// <param name="cancellation">Calls it off.</param>
    public async Task<Origin> WithEndpointsAsync(ServiceClient service, Product product, string hint, CancellationToken cancellation) =>
        Endpoints is not null
            ? this
            : this with { Endpoints = (await DiscoverAsync(service, product, hint, cancellation).ConfigureAwait(false)).Endpoints };

    public Task<DiscoveredServer> DiscoverAsync(ServiceClient service, Product product, string hint, CancellationToken cancellation) =>
        Discovery.FindAsync(
            service,
            EndpointAddress.Issuer(
                Issuer ?? throw new AuthException($"{CredentialsFile.FileName} does not say which server its token belongs to", hint),
                IsStored ? $"the issuer in {CredentialsFile.FileName}" : product.Variable("ISSUER")),
            cancellation);

    /// <summary>Before anyone is asked to sign in: a credential for an API that no token may be sent to is of no use.</summary>
    public void RequireUsableApi(Product product)
    {
        if (Api is not null) EndpointAddress.Api(Api, product.Variable("API"));
    }

    /// <summary>The base address of the API that the tokens are for, and may be sent to.</summary>
    /// <exception cref="AuthException">Nobody has said which API that is, or <paramref name="named"/> is another than was named at sign-in.</exception>
    public Uri ApiFor(Product product, string? named)
    {
        var variable = product.Variable("API");
        var asked = named is null ? null : EndpointAddress.Api(named, variable);
        var own = Api is not null ? EndpointAddress.Api(Api, IsStored ? $"the api in {CredentialsFile.FileName}" : variable)
            : Issuer == product.Issuer ? new Uri(product.Api)
            : throw new AuthException(
                $"nobody has said which API the tokens of {Printable.Text(Issuer ?? "this credential")} are for",
                IsStored ? $"set {variable} to its address and run {product.LoginCommand}" : $"set {variable} to its address");
        return asked is null || ApiAddress.IsSame(asked, own)
            ? own
            : throw new AuthException(
                $"{variable} names {Printable.Text(asked.OriginalString)}, but you signed in for {Printable.Text(own.OriginalString)}; a token goes to no other API than its own",
                $"unset {variable}, or run {product.LoginCommand} with it");
    }
}
