using Datagen.Console;
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
        var signedOut = await world.NewSession(output).SignOutAsync(local, world.Interrupted);
        if (SeenOrganizations.Folder(world.Product.Name, World.Variable) is { } cache) SeenOrganizations.Delete(cache);
        output.Print(signedOut ? world.Product.Words.SignedOut : world.Product.Words.NoCredential);
        return ExitCode.Done;
    });
}
