using LocalService.Hosting;
using Microsoft.Extensions.Primitives;

namespace LocalService.Protocol;

/// <summary>RFC 9126 2: what would be wrong in the address is told here, in the words of RFC 6749 5.2.</summary>
public static class PushedRequestEndpoint
{
    public static async Task<IResult> HandleAsync(
        HttpRequest request, Clients clients, PushedRequests pushed, DPoPProofs proofs, DPoPNonces nonces, ServiceSettings settings)
    {
        if (!settings.OfferPushedRequests)
        {
            return Results.NotFound();
        }

        var parameters = await FormParameters.ReadAsync(request);
        var client = clients.Identify(request, parameters);
        if (settings.RefusePushedRequests)
        {
            throw OAuthException.InvalidRequest("Nothing is taken here today.");
        }

        // RFC 9126 2.1
        if (parameters.Find("request_uri") is not null)
        {
            throw OAuthException.InvalidRequest("request_uri has no place in a pushed request.");
        }

        var fields = parameters.Names.ToDictionary(name => name, parameters.Find);
        fields["client_id"] = client.Id;
        fields.Remove("client_secret");

        // RFC 9449 10.1: a proof says the same as dpop_jkt.
        if (TokenEndpoint.Thumbprint(request, proofs, nonces, settings) is { } jkt)
        {
            if (parameters.Find("dpop_jkt") is { } other && other != jkt)
            {
                throw new OAuthException("invalid_dpop_proof", "dpop_jkt names another key than the proof.");
            }

            fields["dpop_jkt"] = jkt;
        }

        var query = fields.Where(field => field.Value is not null).ToDictionary(field => field.Key, field => new StringValues(field.Value));
        var asking = AuthorizationRequest.Read(new QueryCollection(query), clients, settings, out var distrust);
        if (asking is null)
        {
            throw OAuthException.InvalidRequest(distrust);
        }

        if (asking.Problem is { } problem)
        {
            throw new OAuthException(problem.Error, problem.Description);
        }

        return Results.Json(
            new { request_uri = pushed.Push(client.Id, fields), expires_in = (int)settings.PushedRequestLifetime.TotalSeconds },
            statusCode: StatusCodes.Status201Created);
    }
}
