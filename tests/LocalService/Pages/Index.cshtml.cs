using System.Globalization;
using LocalService.Hosting;
using LocalService.State;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace LocalService.Pages;

public sealed class IndexModel(People people, Issuer issuer) : PageModel
{
    private const int Shown = 3;

    public IReadOnlyList<Person> People { get; } = people.All();

    public string IssuerValue => issuer.Value;

    public static string Describe(Person person)
    {
        if (person.Memberships.Count > Shown)
        {
            return string.Create(CultureInfo.InvariantCulture, $"{person.Memberships.Count:N0} organizations");
        }

        var parts = person.Memberships.Select(membership => $"{membership.Slug} ({membership.Role})").Concat(person.Groups);
        return string.Join(", ", parts.DefaultIfEmpty("no organization, no group"));
    }
}
