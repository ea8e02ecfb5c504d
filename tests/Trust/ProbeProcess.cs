using System.Diagnostics;
using System.Reflection;

namespace Trust;

/// <summary>Runs the probe in a process of its own, with this environment and no other.</summary>
internal static class ProbeProcess
{
    public static readonly string Path = typeof(ProbeProcess).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
        .Single(one => one.Key == "Probe").Value!;

    public static Task<string[]> Run(IEnumerable<(string Name, string? Value)> environment, params string[] arguments) =>
        Run([], environment, arguments);

    /// <param name="before">A command that runs the probe in its turn.</param>
    /// <param name="environment">The whole environment, but for null.</param>
    /// <param name="arguments">The probe's arguments.</param>
    public static async Task<string[]> Run(
        string[] before, IEnumerable<(string Name, string? Value)> environment, params string[] arguments)
    {
        string[] command = [.. before, Path, .. arguments];
        var start = new ProcessStartInfo(command[0], command[1..])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = System.IO.Path.GetTempPath(),
        };
        start.Environment.Clear();
        start.Environment["PATH"] = Environment.GetEnvironmentVariable("PATH");
        start.Environment["DOTNET_ROOT"] = System.IO.Path.GetFullPath(System.IO.Path.Combine(
            System.Runtime.InteropServices.RuntimeEnvironment.GetRuntimeDirectory(), "../../.."));
        foreach (var (name, value) in environment)
        {
            if (value is not null) start.Environment[name] = value;
        }

        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        Assert.Equal((0, ""), (process.ExitCode, await errors));
        return output.Split('\n')[..^1];
    }
}
