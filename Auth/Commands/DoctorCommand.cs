using Datagen.Auth;
using Datagen.Console;
using Datagen.Doctor;
using Datagen.Protocol;

namespace Datagen.Commands;

/// <summary>Prints what the doctor found.</summary>
internal static class DoctorCommand
{
    /// <param name="service">Asks the servers; nothing is asked before the local checks are done.</param>
    /// <param name="authorities">Where the certificate authorities come from; null where there are none.</param>
    /// <param name="hasTerminal">Whether standard error is a terminal.</param>
    public static async Task<int> RunAsync(
        Product product,
        SessionOptions options,
        ServiceClient service,
        Output output,
        Func<string?> authorities,
        bool hasTerminal,
        CancellationToken cancellation)
    {
        var surroundings = new Surroundings
        {
            Version = ProgramVersion.Text,
            Variables = [.. EnvironmentVariables.Of(product).Select(variable => product.Variable(variable.Suffix))],
            Environment = Environment.GetEnvironmentVariable,
            HasTerminal = hasTerminal,
            Browsers = Browser.Commands(hasTerminal, Environment.GetEnvironmentVariable),
            Authorities = authorities,
        };
        var checks = await new Examination(product, options, service, surroundings, TimeProvider.System).RunAsync(cancellation);
        var works = checks.All(check => check.Status != Check.Wrong);
        Print(output, works, checks);
        return works ? ExitCode.Done : ExitCode.Failed;
    }

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
            output.PrintLine($"{check.Status,-7} {check.Name}: {check.Message}");
            if (check.Hint is { } hint) output.PrintLine($"        hint: {hint}");
        }

        var failed = checks.Count(check => check.Status == Check.Wrong);
        var doubtful = checks.Count(check => check.Status == Check.Doubtful);
        output.PrintLine(works && doubtful == 0 ? "all is well" : $"{failed} failed, {doubtful} to look at");
    }
}
