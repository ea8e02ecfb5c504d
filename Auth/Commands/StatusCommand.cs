using Datagen.Auth;
using Datagen.Console;

namespace Datagen.Commands;

internal sealed class StatusCommand(World world)
{
    /// <summary>Show {identity}. Example: {name} auth status --format json</summary>
    /// <param name="format">text|json: Output format: text or json</param>
    public Task<int> Status([FormatValue] OutputFormat format = OutputFormat.Text) => world.RunAsync(async () =>
    {
        var output = world.NewOutput(format);
        var session = world.NewSession(output);
        try
        {
            output.Print(world.Product.Words.Status, await session.GetIdentityAsync(world.Interrupted));
            return ExitCode.Done;
        }
        catch (NotSignedInException nobody) when (nobody.NoCredential)
        {
            if (session.Product.Profile is { } profile)
                output.Warn($"nobody is signed in to the profile {profile}{(world.NearestProfile(profile) is { } nearest ? $"; did you mean {nearest}?" : "")}");
            output.Print(world.Product.Words.NoCredential);
            return ExitCode.NotSignedIn;
        }
    });
}
