using System.Text;

namespace Datagen.Auth.Commands;

internal static class OrgCommand
{
    public static async Task<int> RunAsync(
        Session session, Product product, Output output, bool list, string? use, CancellationToken cancellation)
    {
        if (list == use is not null)
            throw new UsageException(
                list ? "--list and --use can't be used together" : "one of --list and --use is needed",
                $"{product.Name} auth org --list, or {product.Name} auth org --use SLUG");

        if (use is not null)
            output.Print(product.Words.Status, await session.UseOrganizationAsync(use, cancellation));
        else
            Print(output, await session.GetIdentityAsync(cancellation));
        return ExitCode.Done;
    }

    private static void Print(Output output, Identity identity)
    {
        if (output.Format == OutputFormat.Json)
            output.PrintJson(json =>
            {
                json.WriteString("active_org_slug", identity.ActiveOrgSlug);
                json.WriteStartArray("memberships");
                foreach (var membership in identity.Memberships)
                {
                    json.WriteStartObject();
                    json.WriteString("slug", membership.Slug);
                    json.WriteString("role", membership.Role);
                    json.WriteBoolean("active", membership.Slug == identity.ActiveOrgSlug);
                    json.WriteEndObject();
                }

                json.WriteEndArray();
            });
        else
            output.PrintLine(Text(identity));
    }

    private static string Text(Identity identity)
    {
        var text = new StringBuilder("active_org_slug: ").Append(Printable.Text(identity.ActiveOrgSlug ?? "none"));
        if (identity.Memberships.Count == 0) return text.Append("\nmemberships: none").ToString();
        text.Append("\nmemberships:");
        foreach (var membership in identity.Memberships)
        {
            text.Append("\n  - ").Append(Printable.Text(membership.Slug));
            var active = membership.Slug == identity.ActiveOrgSlug;
            var about = (Printable.Text(membership.Role), active) switch
            {
                ("", false) => "",
                ("", true) => " (active)",
                (var role, false) => $" ({role})",
                (var role, true) => $" ({role}, active)",
            };
            text.Append(about);
        }

        return text.ToString();
    }
}
