using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using LocalService.Hosting;
using LocalService.State;

namespace LocalService.Protocol;

/// <summary>RFC 6749 3.2 with the grants of 4.1.3 (and RFC 7636), 6, and RFC 8628 3.4; those of machines are in <see cref="WorkloadGrants"/>.</summary>
public sealed partial class TokenEndpoint(
    Clients clients, AuthorizationCodes authorizationCodes, DeviceCodes deviceCodes, Tokens tokens, IdTokens idTokens, WorkloadGrants workloads,
    DPoPProofs proofs, DPoPNonces nonces, ServiceSettings settings)
{
    public async Task<IResult> HandleAsync(HttpRequest request)
    {
        var parameters = await FormParameters.ReadAsync(request);
        var grantType = parameters.Require("grant_type");
        if (workloads.IsOffered && WorkloadGrants.Knows(grantType))
        {
            return Results.Json(await workloads.AnswerAsync(request, parameters, grantType, () => Thumbprint(request, proofs, nonces, settings)));
        }

        // Before the grant: a proof that is refused spends nothing.
        var client = clients.Identify(request, parameters);
        var jkt = Thumbprint(request, proofs, nonces, settings);
        var answer = grantType switch
        {
            GrantTypes.AuthorizationCode => authorizationCodes.Redeem(
                client.Id, parameters.Require("code"), parameters.Require("redirect_uri"), CodeVerifier(parameters), jkt),
            GrantTypes.RefreshToken => tokens.Refresh(client.Id, parameters.Require("refresh_token"), parameters.Find("scope"), jkt),
            GrantTypes.DeviceCode when settings.OfferDevice => deviceCodes.Redeem(client.Id, parameters.Require("device_code"), jkt),
            _ => new Refused("unsupported_grant_type", "The grant type is not supported."),
        };
        return answer switch
        {
            Granted granted => Results.Json(Describe(granted)),
            Refused { Error: "invalid_grant" } refused when grantType == GrantTypes.RefreshToken =>
                throw new OAuthException(settings.DeadRefreshTokenError, refused.Description),
            Refused refused => throw new OAuthException(refused.Error, refused.Description),
            _ => throw new InvalidOperationException("There is no other answer."),
        };
    }

    /// <summary>The key of the request's proof, and the nonce for the next one where it is needed (RFC 9449 8 and 8.2).</summary>
    internal static string? Thumbprint(HttpRequest request, DPoPProofs proofs, DPoPNonces nonces, ServiceSettings settings)
    {
        if (settings.DemandDPoPNonceAtTokenEndpoint && proofs.AreOffered && request.Headers[DPoPProofs.Header].Count > 0)
        {
            request.HttpContext.Response.Headers[DPoPNonces.Header] = nonces.Current;
        }

        return proofs.Check(request, settings.DemandDPoPNonceAtTokenEndpoint);
    }

    /// <summary>RFC 6749 5.1 and OpenID Connect Core 3.1.3.3.</summary>
    private JsonObject Describe(Granted granted)
    {
        var answer = new JsonObject
        {
            ["access_token"] = granted.AccessToken,
            ["token_type"] = granted.Jkt is null ? "Bearer" : "DPoP",
            ["scope"] = granted.Scope,
        };
        if (!settings.OmitExpiresIn)
        {
            answer["expires_in"] = (int)settings.AccessTokenLifetime.TotalSeconds;
        }

        if (granted.RefreshToken is not null)
        {
            answer["refresh_token"] = granted.RefreshToken;
        }

        if (settings.IssueIdTokens && (settings.IssueIdTokensOnRefresh || !granted.IsRefresh) && Scopes.Contains(granted.Scope, Scopes.OpenId))
        {
            answer["id_token"] = idTokens.Create(granted);
        }

        return answer;
    }

    private static string CodeVerifier(FormParameters parameters)
    {
        var verifier = parameters.Require("code_verifier");
        return CodeVerifierForm().IsMatch(verifier)
            ? verifier
            : throw OAuthException.InvalidRequest("code_verifier must be 43 to 128 unreserved characters.");
    }

    [GeneratedRegex(@"\A[A-Za-z0-9\-._~]{43,128}\z")] // RFC 7636 4.1
    private static partial Regex CodeVerifierForm();
}
