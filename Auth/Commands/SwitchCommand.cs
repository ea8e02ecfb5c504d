using ConsoleAppFramework;
using Datagen.Auth;
using Datagen.Console;
using Datagen.Sessions;

namespace Datagen.Commands;

internal sealed class SwitchCommand(World world)
{
    /// <summary>Make a profile the active one. Example: {name} auth switch work Example: {name} auth switch default</summary>
    /// <param name="profile">name: The profile; default is the one without a name</param>
    /// <param name="format">text|json: Output format: text or json</param>
    public Task<int> Switch([Argument, AnyWord] string profile, [FormatValue] OutputFormat format = OutputFormat.Text) => world.RunAsync(async () =>
    {
        var (product, output) = (world.Product, world.NewOutput(format));
        if (world.Profile is not null) throw new UsageException("auth switch takes no --profile", $"{product.Name} auth switch NAME");
        CommandLine.ProfileName(profile);
        var options = world.Options;
        var variable = product.Variable("TOKEN");
        if (options.Token is not null)
            throw new AuthException($"can't switch the profile while {variable} is set: its token is used instead of the file", $"unset {variable}");
        var folder = options.Folder ?? throw Profiles.NoFolder();
        var account = Account.Read(folder, profile, output);
        var hint = $"run {(product with { Profile = profile }).LoginCommand}";
        if (account.Problem is { } problem) throw new AuthException($"{problem}; nothing was changed", hint);
        if (account.Credential is not { } credential)
            throw new AuthException(
                $"nobody is signed in to the profile {profile}; nothing was changed", world.NearestProfile(profile) is { } nearest ? $"did you mean {nearest}? else {hint}" : hint);

        await Profiles.SwitchAsync(folder, profile, TimeProvider.System, world.Interrupted);
        if (options.Profile is { } other && other != profile)
            output.Warn($"{product.Variable("PROFILE")} is set to {Printable.Text(other)}, which goes before the active profile");
        if (format == OutputFormat.Json)
            output.PrintJson(json =>
            {
                json.WriteString("active_profile", profile);
                json.WriteString("email", credential.Email);
            });
        else
            output.PrintLine($"{product.Words.ActiveProfile}: {profile}\n{product.Words.Email}: {Account.Shown(credential.Email)}");
        return ExitCode.Done;
    });
}
