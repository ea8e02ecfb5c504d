using LocalService.Hosting;

namespace LocalService.State;

/// <summary>Five failures, then a pause of a minute: guessing codes (RFC 8628 5.1) and passwords gets nowhere.</summary>
public sealed class Attempts(Database database, ServiceClock clock)
{
    private const int Allowed = 5;
    private static readonly TimeSpan Pause = TimeSpan.FromMinutes(1);

    public bool ArePaused(string key) => database.Transact(transaction => transaction.Find(
        "SELECT key FROM attempts WHERE key = $key AND paused_until > $now",
        row => row.Text("key"),
        ("$key", key),
        ("$now", clock.GetUtcNow()))) is not null;

    public void Failed(string key) => database.Transact(transaction =>
    {
        transaction.Run(
            """
            INSERT INTO attempts (key, failures, paused_until) VALUES ($key, 1, 0)
            ON CONFLICT (key) DO UPDATE SET failures = failures + 1
            """,
            ("$key", key));
        return transaction.Run(
            "UPDATE attempts SET failures = 0, paused_until = $until WHERE key = $key AND failures >= $allowed",
            ("$key", key),
            ("$allowed", Allowed),
            ("$until", clock.GetUtcNow() + Pause));
    });

    public void Succeeded(string key) => database.Transact(transaction => transaction.Run(
        "DELETE FROM attempts WHERE key = $key", ("$key", key)));
}
