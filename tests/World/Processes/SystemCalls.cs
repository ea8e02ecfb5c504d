using System.Globalization;
using System.Runtime.InteropServices;

namespace Tests.World;

/// <summary>The program under at_call.c, which kills it, or lets a system call of it fail, at a chosen call.</summary>
public static class SystemCalls
{
    /// <summary>The calls that change something here, or after which something has changed elsewhere.</summary>
    public const string Changes = "openat,open,flock,fchmod,connect,sendto,recvfrom,pwrite64,ftruncate,fsync,rename,renameat,unlink,unlinkat";

    private static readonly Lazy<Task<string?>> s_driver = new(CompileAsync);

    public static async Task RequireAsync() => Assert.SkipUnless(
        await s_driver.Value is not null && RuntimeInformation.ProcessArchitecture == Architecture.X64,
        "needs x86-64, clang or gcc, and leave to trace");

    /// <param name="at">At which of the calls, counted from 1.</param>
    /// <param name="calls">Names of system calls, with commas between them, or <c>all</c>.</param>
    /// <param name="error">With which error the call fails; 0 kills the process instead.</param>
    /// <returns>How the program ended, and the name of the call; null if it did not come to that.</returns>
    public static async Task<(Run Run, string? Call)> RunAtCallAsync(
        this Cli cli, int at, string calls, int error, string input, params string[] arguments)
    {
        var log = Path.Combine(cli.Environment["HOME"], "at-call");
        File.Delete(log);
        string[] before = [log, at.ToString(CultureInfo.InvariantCulture), error == 0 ? "kill" : error.ToString(CultureInfo.InvariantCulture), calls];
        var run = await (cli with { Program = (await s_driver.Value)! }).RunWithInputAsync(input, [.. before, cli.Program, .. arguments]);
        Assert.NotEqual(125, run.ExitCode);
        return (run, File.Exists(log) ? (await File.ReadAllTextAsync(log)).TrimEnd() : null);
    }

    private static async Task<string?> CompileAsync()
    {
        var source = Path.Combine(AppContext.BaseDirectory, "at_call.c");
        var driver = Path.Combine(AppContext.BaseDirectory, "at_call");
        foreach (var compiler in (string[])["/usr/bin/clang", "/usr/bin/gcc"])
        {
            if (!File.Exists(compiler)) continue;
            var compiled = await (Cli.Named("datagen", "/") with { Program = compiler }).RunAsync("-O1", "-o", driver, source);
            Assert.True(compiled.ExitCode == 0, compiled.StandardError);
            var tried = await (Cli.Named("datagen", "/") with { Program = driver }).RunAsync("/dev/null", "1", "kill", "none", "/bin/true");
            if (tried.ExitCode == 0) return driver;
        }

        return null;
    }
}
