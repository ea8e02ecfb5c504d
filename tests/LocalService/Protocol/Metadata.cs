using System.Text.Json.Nodes;
using LocalService.Hosting;
using LocalService.State;

namespace LocalService.Protocol;

/// <summary>OpenID Connect Discovery 1.0 and RFC 8414: the same document in two places.</summary>
public static class Metadata
{
    public static IResult OpenIdConfiguration(Issuer issuer, ServiceSettings settings, WorkloadGrants workloads)
    {
        return settings.ServeOpenIdConfiguration ? Results.Json(Describe(issuer.Value, settings, workloads)) : Results.NotFound();
    }

    public static IResult OAuthMetadata(Issuer issuer, ServiceSettings settings, WorkloadGrants workloads)
    {
        return settings.ServeOAuthMetadata ? Results.Json(Describe(issuer.Value, settings, workloads)) : Results.NotFound();
    }

    private static JsonObject Describe(string issuer, ServiceSettings settings, WorkloadGrants workloads)
    {
        var grantTypes = settings.OfferAuthorization
            ? new JsonArray(GrantTypes.AuthorizationCode, GrantTypes.RefreshToken)
            : new JsonArray(GrantTypes.RefreshToken);
        var document = new JsonObject
        {
            ["issuer"] = issuer,
            ["token_endpoint"] = $"{issuer}/token",
            ["jwks_uri"] = $"{issuer}/jwks",
            ["scopes_supported"] = new JsonArray([.. Scopes.Supported]),
            ["response_types_supported"] = settings.OfferAuthorization ? new JsonArray("code") : [],
            ["response_modes_supported"] = new JsonArray("query"),
            ["grant_types_supported"] = grantTypes,
            ["code_challenge_methods_supported"] = new JsonArray("S256"),
            ["token_endpoint_auth_methods_supported"] = new JsonArray("none"),
            ["subject_types_supported"] = new JsonArray("public"),
            ["id_token_signing_alg_values_supported"] = new JsonArray([.. SigningKeys.Algorithms]),
            ["acr_values_supported"] = new JsonArray([.. Acrs.Supported]),
            ["claims_supported"] = new JsonArray(
                "sub", "iss", "aud", "exp", "iat", "auth_time", "acr", "nonce", "at_hash", "name", "email", "email_verified",
                "groups", "memberships", "default_org_slug"),
            ["prompt_values_supported"] = new JsonArray("none", "login", "consent"),
            ["request_parameter_supported"] = false,
            ["request_uri_parameter_supported"] = false,
            ["authorization_response_iss_parameter_supported"] = settings.SendIssuerInAuthorizationResponse,
        };
        if (settings.OfferAuthorization)
        {
            document["authorization_endpoint"] = $"{issuer}/authorize";
        }

        if (workloads.IsOffered)
        {
            grantTypes.Add(GrantTypes.ClientCredentials);
            grantTypes.Add(GrantTypes.TokenExchange);
            grantTypes.Add(GrantTypes.JwtBearer);
            document["token_endpoint_auth_methods_supported"] = new JsonArray("none", "client_secret_post", "private_key_jwt");
        }

        if (settings.OfferDevice)
        {
            grantTypes.Add(GrantTypes.DeviceCode);
            document["device_authorization_endpoint"] = $"{issuer}/device_authorization";
        }

        if (settings.OfferRevocation)
        {
            document["revocation_endpoint"] = $"{issuer}/revoke";
            document["revocation_endpoint_auth_methods_supported"] = new JsonArray("none");
        }

        if (settings.OfferUserInfo)
        {
            document["userinfo_endpoint"] = $"{issuer}/userinfo";
        }

        if (settings.DPoPAlgorithms.Count > 0)
        {
            document["dpop_signing_alg_values_supported"] = new JsonArray([.. settings.DPoPAlgorithms]);
        }

        if (settings.OfferPushedRequests)
        {
            document["pushed_authorization_request_endpoint"] = $"{issuer}/par";
            document["require_pushed_authorization_requests"] = settings.RequirePushedRequests;
        }

        return document;
    }
}
