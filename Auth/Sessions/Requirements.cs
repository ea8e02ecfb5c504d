using Datagen.Auth;
using Datagen.Protocol;

namespace Datagen.Sessions;

/// <summary>What a server's metadata shows before anyone is asked to sign in: a sign-in that could not succeed is not begun.</summary>
internal static class Requirements
{
    /// <exception cref="AuthException">The server lacks something that this way to sign in needs; the hint is the other way, where there is one.</exception>
    public static void RequireSignIn(this DiscoveredServer server, Origin origin, Product product, SignInFlow flow)
    {
        var (asked, other) = flow == SignInFlow.Device
            ? (server.Endpoints.DeviceAuthorizationEndpoint, server.Endpoints.AuthorizationEndpoint)
            : (server.Endpoints.AuthorizationEndpoint, server.Endpoints.DeviceAuthorizationEndpoint);
        if (asked is null && other is not null)
            throw new AuthException(
                $"{Printable.Text(origin.Server)} offers no {(flow == SignInFlow.Device ? "device_authorization_endpoint" : "authorization_endpoint")}",
                $"run {product.LoginCommand} --flow {(flow == SignInFlow.Device ? "browser" : "device")}");
        _ = flow == SignInFlow.Device ? origin.DeviceAuthorizationEndpoint : origin.AuthorizationEndpoint;

        if (!product.IdentityIsInIdToken) _ = origin.UserinfoEndpoint;
        // The device flow of a product that asks UserInfo looks at no ID token.
        if ((product.IdentityIsInIdToken || flow == SignInFlow.Browser) && server.IdTokenAlgorithms.Count > 0 && !server.IdTokenAlgorithms.Any(IdToken.IsAcceptable))
            throw new AuthException(
                $"{Printable.Text(origin.Server)} signs ID tokens with {Printable.Text(string.Join(", ", server.IdTokenAlgorithms))}, which proves nothing to a client without a secret",
                "its id_token_signing_alg_values_supported must name an asymmetric algorithm, such as RS256");
    }
}
