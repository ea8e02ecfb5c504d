using LocalService.Hosting;
using Microsoft.Data.Sqlite;

namespace LocalService.State;

/// <summary>
/// One SQLite connection behind one lock: every piece of work is one transaction, and they happen one after another.
/// That is what makes "single use" and "rotated once" true however many requests arrive together.
/// </summary>
public sealed class Database : IDisposable
{
    private readonly SqliteConnection connection;
    private readonly Lock turn = new();

    static Database() => SQLitePCL.Batteries_V2.Init();

    /// <param name="path">The file, or null for a database that lives in memory as long as this object.</param>
    public Database(string? path)
    {
        InMemory = path is null;
        connection = new SqliteConnection(new SqliteConnectionStringBuilder
        {
            DataSource = path ?? ":memory:",
            ForeignKeys = true,
            Pooling = false,
        }.ToString());
        connection.Open();
        Transact(transaction =>
        {
            // A folder of a version before these columns: what it kept is good for a while only, the people are seeded again.
            if (transaction.Find("SELECT name FROM pragma_table_info('families')", row => row.Text("name")) is not null
                && transaction.Find("SELECT name FROM pragma_table_info('families') WHERE name = 'acr'", row => row.Text("name")) is null)
            {
                transaction.Run(
                    "DROP TABLE refresh_tokens; DROP TABLE access_tokens; DROP TABLE authorization_codes; DROP TABLE device_codes; DROP TABLE families");
            }

            return transaction.Run(EmbeddedFile.Read("schema.sql"));
        });
    }

    public bool InMemory { get; }

    public T Transact<T>(Func<Transaction, T> work)
    {
        lock (turn)
        {
            using var transaction = connection.BeginTransaction(); // BEGIN IMMEDIATE: one writer, across processes too
            var result = work(new Transaction(transaction));
            transaction.Commit();
            return result;
        }
    }

    public void Dispose() => connection.Dispose();
}
