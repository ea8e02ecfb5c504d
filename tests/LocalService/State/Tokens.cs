using LocalService.Hosting;
using LocalService.Observing;
using LocalService.Protocol;
using Microsoft.Data.Sqlite;

namespace LocalService.State;

public sealed class Tokens(Database database, ServiceClock clock, ServiceSettings settings, EventLog events)
{
    /// <summary>Starts a family and issues its first tokens, inside the transaction that uses up the code.</summary>
    /// <remarks>Every client here is public, so the refresh token is bound to the family's key as well as the access token (RFC 9449 5).</remarks>
    public Granted Start(Transaction transaction, string grantType, Family family, string? nonce)
    {
        transaction.Run(
            """
            INSERT INTO families (id, client_id, subject, scope, auth_time, acr, jkt)
            VALUES ($id, $client, $subject, $scope, $authTime, $acr, $jkt)
            """,
            ("$id", family.Id),
            ("$client", family.ClientId),
            ("$subject", family.Subject),
            ("$scope", family.Scope),
            ("$authTime", family.AuthTime),
            ("$acr", family.Acr),
            ("$jkt", family.Jkt));
        var wantsRefresh = Scopes.Contains(family.Scope, Scopes.OfflineAccess); // OpenID Connect Core 11
        var refreshToken = wantsRefresh && settings.IssueRefreshTokens ? NewRefreshToken(transaction, family) : null;
        var accessToken = NewAccessToken(transaction, family, family.Scope, family.Jkt);
        var granted = new Granted(family, accessToken, refreshToken, family.Scope, nonce) { Jkt = family.Jkt };
        events.Add(new TokenIssued(clock.GetUtcNow(), grantType, family.Id, family.ClientId, family.Subject, family.Scope));
        return granted;
    }

    /// <param name="jkt">The key of the request's proof. It need not be the family's if that has none: an older session, whose refresh token stays unbound.</param>
    public TokenAnswer Refresh(string clientId, string refreshToken, string? scope, string? jkt) => database.Transact<TokenAnswer>(transaction =>
    {
        var now = clock.GetUtcNow();
        var hash = Secret.Hash(refreshToken);
        var row = transaction.Find(
            """
            SELECT families.*, expires_at, rotated_at
            FROM refresh_tokens JOIN families ON families.id = family_id WHERE hash = $hash
            """,
            row => new
            {
                Family = ReadFamily(row),
                ExpiresAt = row.Time("expires_at"),
                RotatedAt = row.TimeOrNull("rotated_at"),
                RevokedAt = row.TimeOrNull("revoked_at"),
            },
            ("$hash", hash));
        if (row is null)
        {
            return new Refused("invalid_grant", "The refresh token is not known.");
        }

        if (row.Family.ClientId != clientId)
        {
            return new Refused("invalid_grant", "The refresh token was issued to another client.");
        }

        if (row.RevokedAt is not null)
        {
            return new Refused("invalid_grant", "The refresh token was revoked.");
        }

        if (row.Family.Jkt is not null && row.Family.Jkt != jkt)
        {
            return new Refused("invalid_grant", "The refresh token is bound to another key.");
        }

        // RFC 9700 4.14.2: nobody can tell whether the thief or the owner came second, so both are signed out.
        if (row.RotatedAt is not null)
        {
            events.Add(new RefreshReuseDetected(now, row.Family.Id));
            RevokeFamily(transaction, row.Family.Id, "refresh_token_reuse");
            return new Refused("invalid_grant", "The refresh token was used before.");
        }

        if (row.ExpiresAt <= now)
        {
            return new Refused("invalid_grant", "The refresh token expired.");
        }

        // RFC 6749 6: no scope that was not granted originally.
        if (scope is not null && !Scopes.Covers(row.Family.Scope, scope))
        {
            return new Refused("invalid_scope", "The scope exceeds what was granted.");
        }

        string? next = null;
        if (settings.RotateRefreshTokens)
        {
            transaction.Run("UPDATE refresh_tokens SET rotated_at = $now WHERE hash = $hash", ("$now", now), ("$hash", hash));
            next = NewRefreshToken(transaction, row.Family);
            events.Add(new RefreshRotated(now, row.Family.Id));
        }
        else
        {
            transaction.Run(
                "UPDATE refresh_tokens SET expires_at = $until WHERE hash = $hash",
                ("$until", now + settings.RefreshTokenLifetime),
                ("$hash", hash));
        }

        var granted = scope ?? row.Family.Scope;
        var accessToken = NewAccessToken(transaction, row.Family, granted, jkt);
        events.Add(new TokenIssued(now, GrantTypes.RefreshToken, row.Family.Id, clientId, row.Family.Subject, granted));
        return new Granted(row.Family, accessToken, next, granted, Nonce: null) { Jkt = jkt, IsRefresh = true };
    });

    public AccessToken? FindActive(string accessToken) => database.Transact(transaction => transaction.Find(
        """
        SELECT subject, access_tokens.scope AS scope, auth_time, acr, access_tokens.jkt AS jkt
        FROM access_tokens JOIN families ON families.id = family_id
        WHERE hash = $hash AND expires_at > $now AND access_tokens.revoked_at IS NULL AND families.revoked_at IS NULL
        """,
        row => new AccessToken(row.Text("subject"), row.Text("scope"), row.Time("auth_time"), row.TextOrNull("acr"), row.TextOrNull("jkt")),
        ("$hash", Secret.Hash(accessToken)),
        ("$now", clock.GetUtcNow())));

    public void Slide(string accessToken) => database.Transact(transaction => transaction.Run(
        "UPDATE access_tokens SET expires_at = $until WHERE hash = $hash",
        ("$hash", Secret.Hash(accessToken)),
        ("$until", clock.GetUtcNow() + settings.AccessTokenLifetime)));

    public bool IsActiveRefreshToken(string refreshToken) => database.Transact(transaction => transaction.Find(
        """
        SELECT hash FROM refresh_tokens JOIN families ON families.id = family_id
        WHERE hash = $hash AND expires_at > $now AND rotated_at IS NULL AND revoked_at IS NULL
        """,
        row => row.Text("hash"),
        ("$hash", Secret.Hash(refreshToken)),
        ("$now", clock.GetUtcNow()))) is not null;

    /// <returns>False if the token is another client's (RFC 7009 2.1); an unknown token is no error (2.2).</returns>
    public bool Revoke(string clientId, string token) => database.Transact(transaction =>
    {
        var hash = Secret.Hash(token);
        var family = transaction.Find(
            "SELECT families.* FROM refresh_tokens JOIN families ON families.id = family_id WHERE hash = $hash",
            ReadFamily,
            ("$hash", hash));
        if (family is not null)
        {
            if (family.ClientId == clientId)
            {
                events.Add(new Revoked(clock.GetUtcNow(), "refresh_token", family.Id));
                RevokeFamily(transaction, family.Id, "revocation_request");
            }

            return family.ClientId == clientId;
        }

        family = transaction.Find(
            "SELECT families.* FROM access_tokens JOIN families ON families.id = family_id WHERE hash = $hash",
            ReadFamily,
            ("$hash", hash));
        if (family is not null && family.ClientId == clientId)
        {
            events.Add(new Revoked(clock.GetUtcNow(), "access_token", family.Id));
            transaction.Run(
                "UPDATE access_tokens SET revoked_at = $now WHERE hash = $hash", ("$now", clock.GetUtcNow()), ("$hash", hash));
        }

        return family is null || family.ClientId == clientId;
    });

    public void RevokeEverythingOf(string subject) => database.Transact(transaction =>
    {
        var families = transaction.List(
            "SELECT id FROM families WHERE subject = $subject", row => row.Text("id"), ("$subject", subject));
        foreach (var family in families)
        {
            RevokeFamily(transaction, family, "administrator");
        }

        return families.Count;
    });

    public void RevokeFamily(Transaction transaction, string familyId, string reason)
    {
        var revoked = transaction.Run(
            "UPDATE families SET revoked_at = $now WHERE id = $id AND revoked_at IS NULL",
            ("$now", clock.GetUtcNow()),
            ("$id", familyId));
        if (revoked > 0)
        {
            events.Add(new FamilyRevoked(clock.GetUtcNow(), familyId, reason));
        }
    }

    private string NewRefreshToken(Transaction transaction, Family family)
    {
        var token = Secret.New();
        transaction.Run(
            "INSERT INTO refresh_tokens (hash, family_id, expires_at) VALUES ($hash, $family, $until)",
            ("$hash", Secret.Hash(token)),
            ("$family", family.Id),
            ("$until", clock.GetUtcNow() + settings.RefreshTokenLifetime));
        return token;
    }

    private string NewAccessToken(Transaction transaction, Family family, string scope, string? jkt)
    {
        var token = Secret.New().PadRight(settings.AccessTokenLength, 'x');
        transaction.Run(
            "INSERT INTO access_tokens (hash, family_id, scope, jkt, expires_at) VALUES ($hash, $family, $scope, $jkt, $until)",
            ("$hash", Secret.Hash(token)),
            ("$family", family.Id),
            ("$scope", scope),
            ("$jkt", jkt),
            ("$until", clock.GetUtcNow() + settings.AccessTokenLifetime));
        return token;
    }

    private static Family ReadFamily(SqliteDataReader row) =>
        new(row.Text("id"), row.Text("client_id"), row.Text("subject"), row.Text("scope"), row.Time("auth_time"))
        {
            Acr = row.TextOrNull("acr"),
            Jkt = row.TextOrNull("jkt"),
        };
}
