using System.Text;
using Microsoft.Extensions.Primitives;

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

    /// <summary>
    /// RFC 6749 3.2.1: a public client says who it is with client_id in the body. 2.3.1 lets it say so by Basic with an empty password
    /// as well, as oidc-agent and other programs do.
    /// </summary>
    public Client Identify(HttpRequest request, FormParameters parameters)
    {
        if (parameters.Find("client_secret") is not null)
        {
            throw InvalidClient("A public client does not authenticate.");
        }

        var header = request.Headers.Authorization;
        var id = header.Count == 0 ? parameters.Require("client_id") : IdOf(header);
        if (parameters.Find("client_id") is { } other && other != id)
        {
            throw OAuthException.InvalidRequest("The body and the header name two clients.");
        }

        return Find(id) ?? throw InvalidClient("The client is not known.");
    }

    private static string IdOf(StringValues header)
    {
        const string Scheme = "Basic ";
        if (header is not [{ } value] || !value.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase))
        {
            throw InvalidClient("A public client does not authenticate.");
        }

        string pair;
        try
        {
            pair = Encoding.UTF8.GetString(Convert.FromBase64String(value[Scheme.Length..]));
        }
        catch (FormatException)
        {
            throw InvalidClient("What stands behind Basic is not base64.");
        }

        return pair.IndexOf(':', StringComparison.Ordinal) == pair.Length - 1 && pair.Length > 1
            ? Uri.UnescapeDataString(pair[..^1].Replace('+', ' '))
            : throw InvalidClient("A public client has no secret: the password must be empty.");
    }

    private static OAuthException InvalidClient(string why) => new("invalid_client", why, StatusCodes.Status401Unauthorized);
}
