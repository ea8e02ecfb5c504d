namespace LocalService.Protocol;

public sealed class Clients(IEnumerable<Client> others)
{
    private readonly Dictionary<string, Client> clients = ((Client[])
    [
        new("datagen-cli", "Datagen Factory CLI"),
        new("genlabz-cli", "GenLabZ CLI"),
        .. others,
    ]).ToDictionary(client => client.Id, StringComparer.Ordinal);

    public Client? Find(string id) => clients.GetValueOrDefault(id);

    /// <summary>RFC 6749 3.2.1: a public client says who it is with client_id in the body, and nothing else.</summary>
    public Client Identify(HttpRequest request, FormParameters parameters)
    {
        if (request.Headers.Authorization.Count > 0 || parameters.Find("client_secret") is not null)
        {
            throw new OAuthException("invalid_client", "A public client does not authenticate.", StatusCodes.Status401Unauthorized);
        }

        return Find(parameters.Require("client_id"))
            ?? throw new OAuthException("invalid_client", "The client is not known.", StatusCodes.Status401Unauthorized);
    }
}
