using System.Globalization;

namespace LocalService.State;

/// <summary>The people every new database starts with.</summary>
public static class SeededPeople
{
    /// <summary>Everybody's password. It is public: this service is for one machine and holds nothing of value.</summary>
    public const string Password = "local-demo-password";

    public static IReadOnlyList<Person> All(int manyOrganizations) =>
    [
        new("person-1", "you@yourcompany.com", "You at Your Company")
        {
            DefaultOrgSlug = "yourcompany",
            Memberships = [new("yourcompany", "admin"), new("test-org", "member")],
        },
        new("person-2", "you@example.com", "You the Author") { Groups = ["authors"] },
        new("person-3", "coordinator@example.com", "Cory Coordinator") { Groups = ["coordinators"] },
        new("person-4", "student@example.com", "Stu Student") { Groups = ["students"] },
        new("person-5", "admin@example.com", "Ada Admin") { Groups = ["authors", "admins"] },
        new("person-6", "nobody@example.com", "No Body"),
        new("person-7", "many@example.com", "Many Hats")
        {
            Memberships = [.. Enumerable.Range(1, manyOrganizations).Select(number =>
                new Membership(string.Create(CultureInfo.InvariantCulture, $"org-{number:0000}"), "member"))],
        },
    ];
}
