using Datagen.Auth;
using Datagen.Console;
using Datagen.Storage;

namespace Datagen.Commands;

internal sealed class OrgCommand(World world)
{
    /// <summary>List your organizations, or switch the active one. Example: {name} auth org --list Example: {name} auth org --use yourcompany</summary>
    /// <param name="list">List your organizations</param>
    /// <param name="use">slug: Make an organization the active one</param>
    /// <param name="format">text|json: Output format: text or json</param>
    public Task<int> Org(bool list = false, string? use = null, [FormatValue] OutputFormat format = OutputFormat.Text) => world.RunAsync(async () =>
    {
        if (list == use is not null)
            throw new UsageException(
                list ? "--list and --use can't be used together" : "one of --list and --use is needed",
                $"{world.Product.Name} auth org --list, or {world.Product.Name} auth org --use SLUG");

        var output = world.NewOutput(format);
        var session = world.NewSession(output);
        var identity = use is null ? await session.GetIdentityAsync(world.Interrupted) : await session.UseOrganizationAsync(use, world.Interrupted);
        Remember(session, identity);
        if (use is null) Print(output, identity);
        else output.Print(world.Product.Words.Status, identity);
        return ExitCode.Done;
    });

    // For the shell to complete. Whoever a token of the environment is for, it is not the person at this shell.
    private void Remember(Session session, Identity identity)
    {
        if (world.OwnVariable("TOKEN") is null && world.OwnVariable("GRANT") is null
            && SeenOrganizations.Folder(world.Product.Name, session.Product.Profile, World.Variable) is { } cache)
            SeenOrganizations.Write(cache, identity.Memberships.Select(membership => membership.Slug));
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
