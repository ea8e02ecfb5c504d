using Datagen.Auth;

namespace Datagen.Console;

/// <summary>The product's own environment variables, for the manual and the doctor. SessionOptions reads them.</summary>
internal static class EnvironmentVariables
{
    /// <param name="Suffix">What stands behind the product's prefix.</param>
    /// <param name="Meaning">A sentence for the manual.</param>
    internal sealed record EnvironmentVariable(string Suffix, string Meaning);

    public static IReadOnlyList<EnvironmentVariable> Of(Product product) =>
        product.HasOrganizations ? s_all : [.. s_all.Where(variable => variable.Suffix != "ORG")];

    private static readonly EnvironmentVariable[] s_all =
    [
        new("ISSUER", "The authorization server, used at sign-in. https, or http on this very machine."),
        new("CLIENT_ID", "The public client's id, used at sign-in."),
        new("CLIENT_SECRET", "The client's secret, for clients that have one; kept with the credential."),
        new("SCOPE", "The scopes to ask for, space separated."),
        new("PARAMETERS", "Parameters to add to the authorization and the device authorization request, written as an address's query."),
        new("REDIRECT_URI", "The redirect address as it is registered."),
        new("API", "The address of the platform's API, kept at sign-in."),
        new("FLOW", "device or browser: the one way to sign in."),
        new("DPOP", "off, file or agent: whether a sign-in binds its tokens to a key, and where that is."),
        new("CONFIG_DIR", "The folder of credentials.json."),
        new("PROFILE", "The profile of this one invocation."),
        new("TOKEN", "An access token to use instead of the file, which is then neither read nor written."),
        new("GRANT", "How a machine signs in, instead of the file: client_credentials, token_exchange or jwt_bearer."),
        new("SUBJECT_TOKEN_FILE", "The file with the token that a machine shows for itself."),
        new("AUDIENCE", "Whom the token is to be for that a machine asks for."),
        new("CREDENTIAL_HOSTS", "Hosts that auth credential may give the token to, beside the API's."),
        new("ORG", "The organization of this one invocation."),
        new("DEBUG", "1: as --verbose."),
    ];
}
