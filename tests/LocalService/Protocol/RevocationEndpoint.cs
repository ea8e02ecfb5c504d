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
        return tokens.Revoke(client.Id, parameters.Require("token"))
            ? Results.Ok()
            : throw new OAuthException("invalid_grant", "The token was issued to another client.");
    }
}
