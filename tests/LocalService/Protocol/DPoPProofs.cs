using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using LocalService.Hosting;
using LocalService.State;
using Microsoft.AspNetCore.Http.Extensions;

namespace LocalService.Protocol;

/// <summary>RFC 9449 4.3, every point of it.</summary>
public sealed class DPoPProofs(ServiceSettings settings, ServiceClock clock, Database database, DPoPNonces nonces)
{
    public const string Header = "DPoP";

    // Better Auth's limits, the tightest of the servers that were looked at.
    private static readonly TimeSpan Past = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan Future = TimeSpan.FromSeconds(5);

    private const int ShortestId = 16; // 96 bits in base64url (RFC 9449 4.2)

    public bool AreOffered => settings.DPoPAlgorithms.Count > 0;

    /// <returns>The thumbprint of the key that signed the request's proof; null if it has none, or if this service knows nothing of proofs.</returns>
    /// <param name="accessToken">The token that is shown with the proof, at a resource.</param>
    public string? Check(HttpRequest request, bool nonceIsDemanded, string? accessToken = null)
    {
        var proofs = request.Headers[Header];
        if (!AreOffered || proofs.Count == 0)
        {
            return null;
        }

        if (proofs is not [{ } proof])
        {
            throw Refusal("There is more than one proof.");
        }

        try
        {
            return Check(proof, request, nonceIsDemanded, accessToken);
        }
        catch (Exception malformed) when (malformed is JsonException or FormatException or InvalidOperationException or KeyNotFoundException)
        {
            throw Refusal("The proof is not a well-formed JWT with all that it needs.");
        }
    }

    private string Check(string proof, HttpRequest request, bool nonceIsDemanded, string? accessToken)
    {
        var parts = proof.Split('.');
        if (parts.Length != 3)
        {
            throw Refusal("The proof is not one JWT.");
        }

        using var header = JsonDocument.Parse(Base64Url.DecodeFromChars(parts[0]));
        using var claims = JsonDocument.Parse(Base64Url.DecodeFromChars(parts[1]));
        if (Text(header, "typ") != "dpop+jwt")
        {
            throw Refusal("The proof's typ must be dpop+jwt.");
        }

        var algorithm = Text(header, "alg");
        if (!settings.DPoPAlgorithms.Contains(algorithm))
        {
            throw Refusal("The proof's algorithm is not supported.");
        }

        using var key = DPoPKey.Read(header.RootElement.GetProperty("jwk"), algorithm) ?? throw Refusal("The proof's jwk is no public key for its algorithm.");
        if (!key.Verify(Encoding.ASCII.GetBytes($"{parts[0]}.{parts[1]}"), Base64Url.DecodeFromChars(parts[2])))
        {
            throw Refusal("The proof's signature is wrong.");
        }

        if (Text(claims, "htm") != request.Method)
        {
            throw Refusal("htm is not the method of the request.");
        }

        // Compared as text. A query or a fragment in htu is left out of the comparison by some servers; RFC 9449 4.2 wants neither in it.
        if (Text(claims, "htu") != UriHelper.BuildAbsolute(request.Scheme, request.Host, request.PathBase, request.Path))
        {
            throw Refusal("htu is not the address of the request.");
        }

        var id = Text(claims, "jti");
        if (id.Length < ShortestId)
        {
            throw Refusal("jti is too short to be unique.");
        }

        var now = clock.GetUtcNow();
        RequireNew(id, now); // First: an attempt that is refused below needs a new identifier as well.
        var issuedAt = DateTimeOffset.FromUnixTimeSeconds(claims.RootElement.GetProperty("iat").GetInt64());
        var nonce = claims.RootElement.TryGetProperty("nonce", out var given) ? given.GetString() : null;
        if (nonceIsDemanded && !nonces.IsGood(nonce))
        {
            throw new OAuthException("use_dpop_nonce", "The proof needs the nonce of this answer.");
        }

        if (issuedAt < now - Past || issuedAt > now + Future)
        {
            throw Refusal("iat is not now.");
        }

        if (accessToken is not null && Text(claims, "ath") != Base64Url.EncodeToString(SHA256.HashData(Encoding.ASCII.GetBytes(accessToken))))
        {
            throw Refusal("ath is not the hash of the access token.");
        }

        return key.Thumbprint;
    }

    /// <summary>RFC 9449 11.1. Whichever address it was for: a client has no reason to use an identifier twice.</summary>
    private void RequireNew(string id, DateTimeOffset now)
    {
        var isNew = database.Transact(transaction =>
        {
            transaction.Run("DELETE FROM dpop_proofs WHERE seen_at < $before", ("$before", now - Past - Future));
            return transaction.Run(
                "INSERT INTO dpop_proofs (id_hash, seen_at) VALUES ($hash, $now) ON CONFLICT DO NOTHING", ("$hash", Secret.Hash(id)), ("$now", now));
        });
        if (isNew == 0)
        {
            throw Refusal("The proof was used before (jti).");
        }
    }

    private static string Text(JsonDocument document, string name) =>
        document.RootElement.GetProperty(name).GetString() ?? throw new JsonException($"{name} is null.");

    private static OAuthException Refusal(string why) => new("invalid_dpop_proof", why);
}
