using Datagen.Auth;
using Datagen.Console;
using Datagen.Doctor;
using Datagen.Trust;

namespace Datagen.Commands;

internal sealed class DoctorCommand(World world)
{
    private const int Indent = 8;

    /// <summary>Check all that signing in needs, and say what to do. Example: {name} auth doctor</summary>
    /// <param name="format">text|json: Output format: text or json</param>
    public Task<int> Doctor([FormatValue] OutputFormat format = OutputFormat.Text) => world.RunAsync(async () =>
    {
        var output = world.NewOutput(format);
        var surroundings = new Surroundings
        {
            Version = ProgramVersion.Text,
            Variables = [.. EnvironmentVariables.Of(world.Product).Select(variable => world.Product.Variable(variable.Suffix))],
            Environment = World.Variable,
            HasTerminal = World.HasTerminal,
            Browsers = [.. Browser.Commands(World.HasTerminal, World.Variable).Select(command => command[0])],
            Authorities = SystemTrust.Source,
        };
        var checks = await new Examination(world.Product, world.Options, world.NewService(output), surroundings, TimeProvider.System)
            .RunAsync(world.Interrupted);
        var works = checks.All(check => check.Status != Check.Wrong);
        Print(output, works, checks);
        return works ? ExitCode.Done : ExitCode.Failed;
    });

    private static void Print(Output output, bool works, IReadOnlyList<Check> checks)
    {
        if (output.Format == OutputFormat.Json)
        {
            output.PrintJson(
                "checks",
                checks,
                json => json.WriteBoolean("ok", works),
                (json, check) =>
                {
                    json.WriteString("name", check.Name);
                    json.WriteString("status", check.Status);
                    json.WriteString("message", check.Message);
                    json.WriteString("hint", check.Hint);
                });
            return;
        }

        foreach (var check in checks)
        {
            output.PrintRow($"{check.Status,-7} {check.Name}: {check.Message}", Indent);
            if (check.Hint is { } hint) output.PrintRow($"        hint: {hint}", Indent);
        }

        var failed = checks.Count(check => check.Status == Check.Wrong);
        var doubtful = checks.Count(check => check.Status == Check.Doubtful);
        output.PrintLine(works && doubtful == 0 ? "all is well" : $"{failed} failed, {doubtful} to look at");
    }
}
