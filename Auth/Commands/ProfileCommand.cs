using System.Text;
using System.Text.Json;
using Datagen.Auth;
using Datagen.Console;
using Datagen.Sessions;
using Datagen.Storage;

namespace Datagen.Commands;

/// <summary><c>auth list</c> and <c>auth switch</c>: the accounts on this machine. No server is asked.</summary>
internal static class ProfileCommand
{
    public static int List(Product product, SessionOptions options, Output output)
    {
        var folder = options.Folder ?? throw Profiles.NoFolder();
        var active = ActiveOne(product, options, output);
        var accounts = Profiles.WithCredential(folder).Select(name => Read(folder, name, output)).ToList();
        if (output.Format == OutputFormat.Json)
            output.PrintJson(json => Write(json, product, active, accounts));
        else
            output.PrintLine(Text(product.Words, active, accounts));
        return ExitCode.Done;
    }

    public static async Task<int> SwitchAsync(
        Product product, SessionOptions options, Output output, string profile, CancellationToken cancellation)
    {
        var variable = product.Variable("TOKEN");
        if (options.Token is not null)
            throw new AuthException($"can't switch the profile while {variable} is set: its token is used instead of the file", $"unset {variable}");
        var folder = options.Folder ?? throw Profiles.NoFolder();
        var account = Read(folder, profile, output);
        var hint = $"run {(product with { Profile = profile }).LoginCommand}";
        if (account.Problem is { } problem) throw new AuthException($"{problem}; nothing was changed", hint);
        if (account.Credential is not { } credential)
            throw new AuthException($"nobody is signed in to the profile {profile}; nothing was changed", hint);

        await Profiles.SwitchAsync(folder, profile, TimeProvider.System, cancellation);
        if (options.Profile is { } other && other != profile)
            output.Warn($"{product.Variable("PROFILE")} is set to {Printable.Text(other)}, which goes before the active profile");
        if (output.Format == OutputFormat.Json)
            output.PrintJson(json =>
            {
                json.WriteString("active_profile", profile);
                json.WriteString("email", credential.Email);
            });
        else
            output.PrintLine($"{product.Words.ActiveProfile}: {profile}\n{product.Words.Email}: {Shown(credential.Email)}");
        return ExitCode.Done;
    }

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

    private static Account Read(string folder, string profile, Output output)
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

    private static string Text(Words words, string? active, IReadOnlyList<Account> accounts)
    {
        var text = new StringBuilder($"{words.ActiveProfile}: {active ?? "none"}\n{words.Profiles}:");
        if (accounts.Count == 0) text.Append(" none");
        foreach (var (name, credential, problem) in accounts)
            text.Append($"\n  - {name}: {(problem is null ? Shown(credential?.Email) : Printable.Text(problem))}{(name == active ? " (active)" : "")}");
        return text.ToString();
    }

    private static void Write(Utf8JsonWriter json, Product product, string? active, IReadOnlyList<Account> accounts)
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

    private static string Shown(string? email) => Printable.Text(email) is { Length: > 0 } shown ? shown : "none";

    private sealed record Account(string Name, Credential? Credential, string? Problem);
}
