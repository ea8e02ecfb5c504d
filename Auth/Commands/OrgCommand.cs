using Datagen.Auth;
using Datagen.Console;

namespace Datagen.Commands;

internal static class OrgCommand
{
    public static async Task<int> RunAsync(
        Session session, Product product, Output output, bool list, string? use, Action<IEnumerable<string>> remember, CancellationToken cancellation)
    {
        if (list == use is not null)
            throw new UsageException(
                list ? "--list and --use can't be used together" : "one of --list and --use is needed",
                $"{product.Name} auth org --list, or {product.Name} auth org --use SLUG");

        var identity = use is null ? await session.GetIdentityAsync(cancellation) : await session.UseOrganizationAsync(use, cancellation);
        remember(identity.Memberships.Select(membership => membership.Slug));
        if (use is null) Print(output, identity);
        else output.Print(product.Words.Status, identity);
        return ExitCode.Done;
    }

    private static void Print(Output output, Identity identity)
    {
        if (output.Format == OutputFormat.Json)
        {
            output.PrintJson(
                "memberships",
                identity.Memberships,
                json => json.WriteString("active_org_slug", identity.ActiveOrgSlug),
                (json, membership) =>
                {
                    json.WriteString("slug", membership.Slug);
                    json.WriteString("role", membership.Role);
                    json.WriteBoolean("active", membership.Slug == identity.ActiveOrgSlug);
                });
            return;
        }

        output.PrintLine($"active_org_slug: {Printable.Text(identity.ActiveOrgSlug ?? "none")}");
        output.PrintLine(identity.Memberships.Count == 0 ? "memberships: none" : "memberships:");
        // 100,000 of them have few different roles, and every text made anew is work for the collector.
        string? role = null;
        var about = "";
        foreach (var membership in identity.Memberships)
        {
            if (membership.Role != role || role is null) about = About(role = membership.Role, "");
            var active = membership.Slug == identity.ActiveOrgSlug;
            output.PrintLine("  - ", Printable.Text(membership.Slug), active ? About(role, "active") : about);
        }
    }

    private static string About(string? role, string mark) =>
        string.Join(", ", new[] { Printable.Text(role), mark }.Where(word => word.Length > 0)) is { Length: > 0 } words ? $" ({words})" : "";
}
