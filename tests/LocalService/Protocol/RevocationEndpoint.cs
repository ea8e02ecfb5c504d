using LocalService.Hosting;
using LocalService.State;

namespace LocalService.Protocol;

/// <summary>RFC 7009 2. The token_type_hint is not needed: both kinds are looked up.</summary>
public static class RevocationEndpoint
{
    public static async Task<IResult> HandleAsync(HttpRequest request, Clients clients, Tokens tokens, ServiceSettings settings)
    {
        if (!settings.OfferRevocation)
        {
            return Results.NotFound();
        }

        var parameters = await FormParameters.ReadAsync(request);
        var client = clients.Identify(request, parameters);
        if (settings.RefuseToRevokeDeadTokens && tokens.FindActive(parameters.Require("token")) is null && !tokens.IsActiveRefreshToken(parameters.Require("token")))
        {
            throw OAuthException.InvalidRequest("The token is not known.");
        }

        return tokens.Revoke(client.Id, parameters.Require("token"))
            ? Results.Ok()
            : throw new OAuthException("invalid_grant", "The token was issued to another client.");
    }
}
