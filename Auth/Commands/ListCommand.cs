using System.Text;
using System.Text.Json;
using Datagen.Auth;
using Datagen.Console;
using Datagen.Sessions;
using Datagen.Storage;

namespace Datagen.Commands;

/// <summary>The accounts on this machine. No server is asked.</summary>
internal sealed class ListCommand(World world)
{
    /// <summary>List the profiles, the accounts on this machine. Example: {name} auth list</summary>
    /// <param name="format">text|json: Output format: text or json</param>
    public Task<int> List([FormatValue] OutputFormat format = OutputFormat.Text) => world.RunAsync(() =>
    {
        var output = world.NewOutput(format);
        var (product, options) = (world.Product, world.Options);
        var folder = options.Folder ?? throw Profiles.NoFolder();
        var active = ActiveOne(product, options, output);
        var accounts = Profiles.WithCredential(folder).Select(name => Account.Read(folder, name, output)).ToList();
        if (format == OutputFormat.Json)
            output.PrintJson(json => Write(json, product, active, accounts));
        else
            output.PrintLine(Text(product.Words, active, accounts));
        return Task.FromResult(ExitCode.Done);
    });

    // What names the active profile may be what is broken, and to see the others helps then too.
    private static string? ActiveOne(Product product, SessionOptions options, Output output)
    {
        try
        {
            return Profiles.InForce(options with { Token = null }, product) ?? Profiles.Default;
        }
        catch (AuthException problem)
        {
            output.Warn(problem.Message);
            return null;
        }
    }

    private static string Text(Words words, string? active, List<Account> accounts)
    {
        var text = new StringBuilder($"{words.ActiveProfile}: {active ?? "none"}\n{words.Profiles}:");
        if (accounts.Count == 0) text.Append(" none");
        foreach (var (name, credential, problem) in accounts)
            text.Append($"\n  - {name}: {(problem is null ? Account.Shown(credential?.Email) : Printable.Text(problem))}{(name == active ? " (active)" : "")}");
        return text.ToString();
    }

    private static void Write(Utf8JsonWriter json, Product product, string? active, List<Account> accounts)
    {
        json.WriteString("active_profile", active);
        json.WriteStartArray("profiles");
        foreach (var (name, credential, problem) in accounts)
        {
            json.WriteStartObject();
            json.WriteString("name", name);
            json.WriteString("email", credential?.Email);
            if (product.HasOrganizations)
            {
                json.WriteString("active_org_slug", credential?.ActiveOrgSlug);
            }
            else
            {
                json.WriteStartArray("groups");
                foreach (var group in credential?.Groups ?? []) json.WriteStringValue(group);
                json.WriteEndArray();
            }

            json.WriteString("expires_at", credential?.ExpiresAt is { } moment ? UtcSeconds.Format(moment) : null);
            json.WriteBoolean("active", name == active);
            if (problem is not null) json.WriteString("problem", problem);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }
}

/// <summary>What is in a profile's file, or why it can't be read.</summary>
internal sealed record Account(string Name, Credential? Credential, string? Problem)
{
    public static Account Read(string folder, string profile, Output output)
    {
        try
        {
            return new Account(profile, Profiles.FileOf(folder, profile, output.Warn).Read(), null);
        }
        catch (CredentialsFileException problem)
        {
            return new Account(profile, null, problem.Message);
        }
    }

    public static string Shown(string? email) => Printable.Text(email) is { Length: > 0 } shown ? shown : "none";
}
