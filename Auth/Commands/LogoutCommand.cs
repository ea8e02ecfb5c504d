using Datagen.Auth;
using Datagen.Console;
using Datagen.Sessions;
using Datagen.Storage;

namespace Datagen.Commands;

internal sealed class LogoutCommand(World world)
{
    /// <summary>Revoke the session, and delete the credential. Example: {name} auth logout</summary>
    /// <param name="local">Delete the credential without asking the server to revoke it</param>
    /// <param name="format">text|json: Output format: text or json</param>
    public Task<int> Logout(bool local = false, [FormatValue] OutputFormat format = OutputFormat.Text) => world.RunAsync(async () =>
    {
        var output = world.NewOutput(format);
        var session = world.NewSession(output);
        var signedOut = await session.SignOutAsync(local, world.Interrupted);
        if (SeenOrganizations.Folder(world.Product.Name, session.Product.Profile, World.Variable) is { } cache) SeenOrganizations.Delete(cache);
        if (!signedOut && session.Product.Profile is { } named && world.NearestProfile(named) is { } nearest)
            output.Warn($"nobody is signed in to the profile {named}; did you mean {nearest}?");
        if (signedOut && session.Product.Profile is { } left && world.Options.Profile is null) await LeaveAsync(left, output);
        output.Print(signedOut ? world.Product.Words.SignedOut : world.Product.Words.NoCredential);
        return ExitCode.Done;
    });

    // What auth switch chose is gone: without another choice every command would say that nobody is signed in.
    private async Task LeaveAsync(string profile, Output output)
    {
        try
        {
            var folder = world.Options.Folder!;
            var next = Profiles.WithCredential(folder).FirstOrDefault(name => name != profile) ?? Profiles.Default;
            await Profiles.SwitchAsync(folder, next, TimeProvider.System, world.Interrupted);
            output.Note($"the active profile is now {next}");
        }
        catch (AuthException problem)
        {
            output.Warn($"{profile} is still the active profile: {problem.Message}");
        }
    }
}
