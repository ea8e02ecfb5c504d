using Datagen.Auth;
using Datagen.Protocol;
using Datagen.Storage;

namespace Datagen.Sessions;

/// <summary>Where a stored credential's requests go: to the server it came from, whatever the environment says now.</summary>
internal static class CredentialOrigin
{
    /// <summary>The client that the server gave the token to.</summary>
    public static OAuthClient ClientOf(this Credential credential, Product product) =>
        new(credential.ClientId ?? product.ClientId, credential.ClientSecret);

    /// <summary>The endpoints kept with it, else those its own issuer tells.</summary>
    public static async Task<Endpoints> FindEndpointsAsync(
        this Credential credential, ServiceClient service, string hint, CancellationToken cancellation)
    {
        if (credential.Endpoints is { } endpoints) return endpoints;
        var issuer = credential.Issuer
            ?? throw new AuthException($"{CredentialsFile.FileName} does not say which server its token belongs to", hint);
        var server = await Discovery.FindAsync(service, EndpointAddress.Issuer(issuer, $"the issuer in {CredentialsFile.FileName}"), cancellation).ConfigureAwait(false);
        return server.Endpoints;
    }
}
