using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using LocalService.Hosting;
using LocalService.State;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace LocalService.Protocol;

/// <summary>OpenID Connect Core 2.</summary>
public sealed class IdTokens(SigningKeys keys, People people, Issuer issuer, ServiceClock clock, ServiceSettings settings)
{
    private readonly JsonWebTokenHandler handler = new() { SetDefaultTimesOnTokenCreation = false };

    public string Create(Granted granted)
    {
        var person = people.FindBySubject(granted.Family.Subject);
        var claims = new Dictionary<string, object>
        {
            ["sub"] = person.Subject,
            ["auth_time"] = granted.Family.AuthTime.ToUnixTimeSeconds(),
            ["at_hash"] = Base64Url.EncodeToString(SHA256.HashData(Encoding.ASCII.GetBytes(granted.AccessToken)).AsSpan(0, 16)),
        };
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
            claims["groups"] = person.Groups.ToArray();
        }

        if (granted.Nonce is not null)
        {
            claims["nonce"] = granted.Nonce;
        }

        var now = clock.GetUtcNow().UtcDateTime;
        lock (handler) // Key objects serve one thread at a time.
        {
            return handler.CreateToken(new SecurityTokenDescriptor
            {
                Issuer = issuer.Value,
                Audience = granted.Family.ClientId,
                IssuedAt = now,
                Expires = now + settings.AccessTokenLifetime,
                Claims = claims,
                SigningCredentials = keys.Credentials(settings.IdTokenAlgorithm),
            });
        }
    }
}
