using LocalService.Hosting;
using LocalService.Observing;
using LocalService.Protocol;

namespace LocalService.State;

public sealed class DeviceCodes(Database database, ServiceClock clock, ServiceSettings settings, EventLog events, Tokens tokens)
{
    private const int DefaultInterval = 5; // RFC 8628 3.2
    private const int SlowDownStep = 5; // RFC 8628 3.5

    // A client's timer may fire a little early; five seconds that were 4.99 are not what slow_down is for.
    private static readonly TimeSpan TimerGrain = TimeSpan.FromMilliseconds(50);

    public (string DeviceCode, string UserCode) Issue(string clientId, string scope, string? acrValues, TimeSpan? maxAge) => database.Transact(transaction =>
    {
        var now = clock.GetUtcNow();
        transaction.Run("DELETE FROM device_codes WHERE expires_at < $yesterday", ("$yesterday", now.AddDays(-1)));

        var deviceCode = Secret.New();
        var userCode = UserCode.New();
        transaction.Run(
            """
            INSERT INTO device_codes (hash, user_code, client_id, scope, expires_at, interval_seconds, status, acr_values, signed_in_after)
            VALUES ($hash, $userCode, $client, $scope, $until, $interval, 'pending', $acrValues, $after)
            """,
            ("$hash", Secret.Hash(deviceCode)),
            ("$userCode", userCode),
            ("$client", clientId),
            ("$scope", scope),
            ("$until", now + settings.DeviceCodeLifetime),
            ("$interval", settings.PollingInterval ?? DefaultInterval),
            ("$acrValues", acrValues),
            ("$after", now - maxAge));
        events.Add(new DeviceAuthorizationIssued(now, clientId, scope, UserCode.Display(userCode)));
        return (deviceCode, UserCode.Display(userCode));
    });

    public DeviceAuthorization? FindPending(string userCode) => database.Transact(transaction => transaction.Find(
        "SELECT * FROM device_codes WHERE user_code = $userCode AND status = 'pending' AND expires_at > $now",
        row => new DeviceAuthorization(
            UserCode.Display(row.Text("user_code")),
            row.Text("client_id"),
            row.Text("scope"),
            row.TimeOrNull("signed_in_after")),
        ("$userCode", UserCode.Normalize(userCode)),
        ("$now", clock.GetUtcNow())));

    /// <returns>False if somebody decided before, or the code expired in the meantime.</returns>
    public bool Decide(string userCode, bool approved, string subject, DateTimeOffset authTime) => database.Transact(transaction =>
    {
        var now = clock.GetUtcNow();
        var decided = transaction.Run(
            """
            UPDATE device_codes SET status = $status, subject = $subject, auth_time = $authTime
            WHERE user_code = $userCode AND status = 'pending' AND expires_at > $now
            """,
            ("$status", approved ? "approved" : "denied"),
            ("$subject", subject),
            ("$authTime", authTime),
            ("$userCode", UserCode.Normalize(userCode)),
            ("$now", now)) > 0;
        if (decided)
        {
            events.Add(new DeviceAuthorizationDecided(now, UserCode.Display(UserCode.Normalize(userCode)), subject, approved));
        }

        return decided;
    });

    /// <summary>One poll of the client, RFC 8628 3.4 and 3.5.</summary>
    public TokenAnswer Redeem(string clientId, string deviceCode, string? jkt) => database.Transact<TokenAnswer>(transaction =>
    {
        var now = clock.GetUtcNow();
        var hash = Secret.Hash(deviceCode);
        var row = transaction.Find(
            "SELECT * FROM device_codes WHERE hash = $hash",
            row => new
            {
                ClientId = row.Text("client_id"),
                Scope = row.Text("scope"),
                ExpiresAt = row.Time("expires_at"),
                Interval = row.Number("interval_seconds"),
                PolledAt = row.TimeOrNull("polled_at"),
                Status = row.Text("status"),
                Subject = row.TextOrNull("subject"),
                AuthTime = row.TimeOrNull("auth_time"),
                AcrValues = row.TextOrNull("acr_values"),
            },
            ("$hash", hash));
        if (row is null)
        {
            return new Refused("invalid_grant", "The device code is not known.");
        }

        if (row.ClientId != clientId)
        {
            return new Refused("invalid_grant", "The device code was issued to another client.");
        }

        if (row.Status == "redeemed")
        {
            return new Refused("invalid_grant", "The device code was used before.");
        }

        if (row.ExpiresAt <= now)
        {
            return new Refused("expired_token", "The device code expired.");
        }

        if (row.Status == "denied")
        {
            return new Refused("access_denied", "The person denied the request.");
        }

        if (row.Status == "pending")
        {
            var tooFast = row.PolledAt is { } polledAt && now - polledAt + TimerGrain < TimeSpan.FromSeconds(row.Interval);
            transaction.Run(
                "UPDATE device_codes SET polled_at = $now, interval_seconds = $interval WHERE hash = $hash",
                ("$now", now),
                ("$interval", row.Interval + (tooFast ? SlowDownStep : 0)),
                ("$hash", hash));
            return tooFast
                ? new Refused("slow_down", $"The last poll was less than {row.Interval} seconds ago. The interval is 5 seconds longer now.")
                : new Refused("authorization_pending", "The person has not decided yet.");
        }

        transaction.Run("UPDATE device_codes SET status = 'redeemed' WHERE hash = $hash", ("$hash", hash));
        var family = new Family(Secret.New(), clientId, row.Subject!, row.Scope, row.AuthTime!.Value)
        {
            Acr = Acrs.Choose(row.AcrValues),
            Jkt = jkt,
        };
        return tokens.Start(transaction, GrantTypes.DeviceCode, family, nonce: null);
    });
}
