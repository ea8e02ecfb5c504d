using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using LocalService.Hosting;
using LocalService.State;

namespace LocalService.Protocol;

/// <summary>OpenID Connect Core 2.</summary>
public sealed class IdTokens(SigningKeys keys, People people, Issuer issuer, ServiceClock clock, ServiceSettings settings)
{
    public string Create(Granted granted)
    {
        var person = people.FindBySubject(granted.Family.Subject);
        var now = clock.GetUtcNow();
        var claims = new JsonObject
        {
            ["iss"] = issuer.Value,
            ["sub"] = person.Subject,
            ["aud"] = granted.Family.ClientId,
            ["iat"] = now.ToUnixTimeSeconds(),
            ["exp"] = (now + (settings.IdTokenLifetime ?? settings.AccessTokenLifetime)).ToUnixTimeSeconds(),
            ["auth_time"] = granted.Family.AuthTime.ToUnixTimeSeconds(),
            ["at_hash"] = HalfHash(granted.AccessToken),
        };
        if (granted.Family.Acr is not null)
        {
            claims["acr"] = granted.Family.Acr;
        }

        if (Scopes.Contains(granted.Scope, Scopes.Email))
        {
            claims["email"] = person.Email;
            claims["email_verified"] = true;
        }

        if (Scopes.Contains(granted.Scope, Scopes.Profile))
        {
            claims["name"] = person.Name;
        }

        if (person.Groups.Count > 0)
        {
            claims["groups"] = new JsonArray([.. person.Groups]);
        }

        if (granted.Nonce is not null)
        {
            claims["nonce"] = granted.Nonce;
        }

        settings.ChangeIdToken?.Invoke(claims);
        return Sign(claims);
    }

    /// <summary>Core 3.1.3.6: the hash is the signature's; SHA-512 for Ed25519, which has it inside.</summary>
    private string HalfHash(string accessToken)
    {
        var token = Encoding.ASCII.GetBytes(accessToken);
        var hash = settings.IdTokenAlgorithm switch
        {
            "EdDSA" => SHA512.HashData(token),
            "ES384" => SHA384.HashData(token),
            _ => SHA256.HashData(token),
        };
        return Base64Url.EncodeToString(hash.AsSpan(0, hash.Length / 2));
    }

    private string Sign(JsonObject claims)
    {
        var algorithm = settings.IdTokenAlgorithm;
        var header = new JsonObject { ["alg"] = algorithm, ["typ"] = "JWT" };
        if (keys.KeyIdFor(algorithm) is { } keyId)
        {
            header["kid"] = keyId;
        }

        var text = $"{Encode(header)}.{Encode(claims)}";
        return $"{text}.{Base64Url.EncodeToString(keys.Sign(algorithm, Encoding.ASCII.GetBytes(text)))}";
    }

    private static string Encode(JsonObject part) => Base64Url.EncodeToString(JsonSerializer.SerializeToUtf8Bytes(part));
}
