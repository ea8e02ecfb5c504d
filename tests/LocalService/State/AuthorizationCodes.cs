using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using LocalService.Hosting;
using LocalService.Observing;
using LocalService.Protocol;

namespace LocalService.State;

public sealed class AuthorizationCodes(Database database, ServiceClock clock, ServiceSettings settings, EventLog events, Tokens tokens)
{
    public string Issue(AuthorizationRequest request, string subject, DateTimeOffset authTime)
    {
        return database.Transact(transaction =>
        {
            var now = clock.GetUtcNow();
            transaction.Run("DELETE FROM authorization_codes WHERE expires_at < $yesterday", ("$yesterday", now.AddDays(-1)));

            var code = Secret.New();
            transaction.Run(
                """
                INSERT INTO authorization_codes
                    (hash, client_id, subject, scope, redirect_uri, code_challenge, nonce, auth_time, acr, dpop_jkt, expires_at)
                VALUES ($hash, $client, $subject, $scope, $redirectUri, $challenge, $nonce, $authTime, $acr, $jkt, $until)
                """,
                ("$hash", Secret.Hash(code)),
                ("$client", request.Client.Id),
                ("$subject", subject),
                ("$scope", request.Scope),
                ("$redirectUri", request.RedirectUri),
                ("$challenge", request.CodeChallenge),
                ("$nonce", request.Nonce),
                ("$authTime", authTime),
                ("$acr", request.Acr),
                ("$jkt", request.DPoPJkt),
                ("$until", now + settings.AuthorizationCodeLifetime));
            events.Add(new AuthorizationCodeIssued(now, request.Client.Id, subject, request.Scope));
            return code;
        });
    }

    public TokenAnswer Redeem(string clientId, string code, string redirectUri, string codeVerifier, string? jkt) => database.Transact<TokenAnswer>(transaction =>
    {
        var now = clock.GetUtcNow();
        var hash = Secret.Hash(code);
        var row = transaction.Find(
            "SELECT * FROM authorization_codes WHERE hash = $hash",
            row => new
            {
                ClientId = row.Text("client_id"),
                Subject = row.Text("subject"),
                Scope = row.Text("scope"),
                RedirectUri = row.Text("redirect_uri"),
                CodeChallenge = row.Text("code_challenge"),
                Nonce = row.TextOrNull("nonce"),
                AuthTime = row.Time("auth_time"),
                Acr = row.TextOrNull("acr"),
                DPoPJkt = row.TextOrNull("dpop_jkt"),
                ExpiresAt = row.Time("expires_at"),
                FamilyId = row.TextOrNull("family_id"),
            },
            ("$hash", hash));
        if (row is null)
        {
            return new Refused("invalid_grant", "The authorization code is not known.");
        }

        if (row.ClientId != clientId)
        {
            return new Refused("invalid_grant", "The authorization code was issued to another client.");
        }

        // RFC 6749 4.1.2: deny the second use and revoke what the first one gave.
        if (row.FamilyId is not null)
        {
            events.Add(new AuthorizationCodeReuseDetected(now, row.FamilyId));
            tokens.RevokeFamily(transaction, row.FamilyId, "authorization_code_reuse");
            return new Refused("invalid_grant", "The authorization code was used before.");
        }

        if (row.ExpiresAt <= now)
        {
            return new Refused("invalid_grant", "The authorization code expired.");
        }

        if (row.RedirectUri != redirectUri)
        {
            return new Refused("invalid_grant", "The redirect_uri is not the one of the authorization request.");
        }

        // RFC 7636 4.6
        if (Base64Url.EncodeToString(SHA256.HashData(Encoding.ASCII.GetBytes(codeVerifier))) != row.CodeChallenge)
        {
            return new Refused("invalid_grant", "The code_verifier does not match the code_challenge.");
        }

        // RFC 9449 10
        if (row.DPoPJkt is not null && row.DPoPJkt != jkt)
        {
            return new Refused("invalid_grant", "The proof's key is not the one of the authorization request (dpop_jkt).");
        }

        var family = new Family(Secret.New(), clientId, row.Subject, row.Scope, row.AuthTime) { Acr = row.Acr, Jkt = jkt };
        var granted = tokens.Start(transaction, GrantTypes.AuthorizationCode, family, row.Nonce);
        transaction.Run(
            "UPDATE authorization_codes SET family_id = $family WHERE hash = $hash", ("$family", family.Id), ("$hash", hash));
        return granted;
    });
}
