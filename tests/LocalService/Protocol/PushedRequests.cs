using LocalService.Hosting;
using LocalService.State;
using Microsoft.AspNetCore.WebUtilities;

namespace LocalService.Protocol;

/// <summary>RFC 9126: authorization requests that wait for their person.</summary>
public sealed class PushedRequests(Database database, ServiceClock clock, ServiceSettings settings)
{
    private const string Prefix = "urn:ietf:params:oauth:request_uri:"; // RFC 9126 2.2

    // From the first look at the page on. Reading, signing in and thinking take a person longer than a browser takes to open.
    private static readonly TimeSpan Patience = TimeSpan.FromHours(1);

    public string Push(string clientId, IEnumerable<KeyValuePair<string, string?>> parameters) => database.Transact(transaction =>
    {
        var secret = Secret.New();
        transaction.Run("DELETE FROM pushed_requests WHERE expires_at < $yesterday", ("$yesterday", clock.GetUtcNow().AddDays(-1)));
        transaction.Run(
            "INSERT INTO pushed_requests (hash, client_id, query, expires_at) VALUES ($hash, $client, $query, $until)",
            ("$hash", Secret.Hash(secret)),
            ("$client", clientId),
            ("$query", QueryHelpers.AddQueryString(string.Empty, parameters)),
            ("$until", clock.GetUtcNow() + settings.PushedRequestLifetime));
        return Prefix + secret;
    });

    /// <returns>The request's parameters, or null where it is unknown, another client's, too old, or used.</returns>
    public IQueryCollection? Open(string requestUri, string clientId)
    {
        if (!requestUri.StartsWith(Prefix, StringComparison.Ordinal))
        {
            return null;
        }

        var query = database.Transact(transaction =>
        {
            var (now, hash) = (clock.GetUtcNow(), Secret.Hash(requestUri[Prefix.Length..]));
            var found = transaction.Find(
                """
                SELECT query FROM pushed_requests
                WHERE hash = $hash AND client_id = $client AND used_at IS NULL
                    AND (opened_at > $longAgo OR (opened_at IS NULL AND expires_at > $now))
                """,
                row => row.Text("query"),
                ("$hash", hash),
                ("$client", clientId),
                ("$longAgo", now - Patience),
                ("$now", now));
            transaction.Run(
                "UPDATE pushed_requests SET opened_at = $now WHERE hash = $hash AND opened_at IS NULL", ("$now", now), ("$hash", hash));
            return found;
        });
        return query is null ? null : new QueryCollection(QueryHelpers.ParseQuery(query));
    }

    /// <summary>An answer was sent: the address has done what it can do (RFC 9126 4).</summary>
    public void Use(string requestUri) => database.Transact(transaction => transaction.Run(
        "UPDATE pushed_requests SET used_at = $now WHERE hash = $hash",
        ("$now", clock.GetUtcNow()),
        ("$hash", Secret.Hash(requestUri[Prefix.Length..]))));
}
