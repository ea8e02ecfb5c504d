using System.Text.Json;
using Microsoft.AspNetCore.Identity;
using Microsoft.Data.Sqlite;

namespace LocalService.State;

public sealed class People(Database database)
{
    private static readonly PasswordHasher<string> Hasher = new();

    // Everybody has the one documented password, so one hash serves all and starting stays quick.
    private static readonly Lazy<string> PasswordHash = new(() => Hasher.HashPassword(string.Empty, SeededPeople.Password));

    public Person? FindByEmail(string email) => database.Transact(transaction => transaction.Find(
        "SELECT * FROM people WHERE email = $email", Read, ("$email", email)));

    public Person FindBySubject(string subject) => database.Transact(transaction => transaction.Find(
        "SELECT * FROM people WHERE subject = $subject", Read, ("$subject", subject)))
        ?? throw new InvalidOperationException($"There is no person {subject}.");

    public IReadOnlyList<Person> All() => database.Transact(transaction => transaction.List(
        "SELECT * FROM people ORDER BY rowid", Read));

    public Person? SignIn(string email, string password)
    {
        // The hash is computed for unknown people too: the time it takes must not tell who is known.
        var hash = database.Transact(transaction => transaction.Find(
            "SELECT password_hash FROM people WHERE email = $email", row => row.Text("password_hash"), ("$email", email)));
        var matches = Hasher.VerifyHashedPassword(string.Empty, hash ?? PasswordHash.Value, password) != PasswordVerificationResult.Failed;
        return hash is not null && matches ? FindByEmail(email) : null;
    }

    /// <summary>Adds a person, or changes what is known about one (the password stays).</summary>
    public void Put(Person person)
    {
        database.Transact(transaction => transaction.Run(
            """
            INSERT INTO people (subject, email, name, password_hash, default_org_slug, memberships, groups)
            VALUES ($subject, $email, $name, $hash, $default, $memberships, $groups)
            ON CONFLICT (subject) DO UPDATE SET email = excluded.email, name = excluded.name,
                default_org_slug = excluded.default_org_slug, memberships = excluded.memberships, groups = excluded.groups
            """,
            ("$subject", person.Subject),
            ("$email", person.Email),
            ("$name", person.Name),
            ("$hash", PasswordHash.Value),
            ("$default", person.DefaultOrgSlug),
            ("$memberships", JsonSerializer.Serialize(person.Memberships)),
            ("$groups", JsonSerializer.Serialize(person.Groups))));
    }

    private static Person Read(SqliteDataReader row) => new(row.Text("subject"), row.Text("email"), row.Text("name"))
    {
        DefaultOrgSlug = row.TextOrNull("default_org_slug"),
        Memberships = JsonSerializer.Deserialize<List<Membership>>(row.Text("memberships"))!,
        Groups = JsonSerializer.Deserialize<List<string>>(row.Text("groups"))!,
    };
}
