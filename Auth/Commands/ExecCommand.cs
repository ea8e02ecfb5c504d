using ConsoleAppFramework;
using Datagen.Auth;
using Datagen.Console;
using Datagen.Host;

namespace Datagen.Commands;

internal sealed class ExecCommand(World world)
{
    // As shells have them.
    private const int NotExecutable = 126, NotFound = 127;

    /// <summary>Run a command with the access token in its environment. The command takes this one's place: its exit code is the exit code. Example: {name} auth exec -- ./import.sh --all Example: {name} auth exec --env API_TOKEN -- make deploy</summary>
    /// <param name="command">command: The command and its arguments; -- before it leaves its own options to it</param>
    /// <param name="minValidity">duration: Refresh first if less than this is left, such as 90s, 20m or 1h</param>
    /// <param name="env">variable: The variable that gets the token; {NAME}_TOKEN unless told</param>
    /// <param name="format">text|json: Format of errors: text or json</param>
    public Task<int> Exec(
        [Argument, Repeated] string[] command,
        string? minValidity = null,
        string? env = null,
        [FormatValue] OutputFormat format = OutputFormat.Text) => world.RunAsync(async () =>
    {
        var output = world.NewOutput(format);
        var variable = env ?? world.Product.Variable("TOKEN");
        if (variable.Contains('=', StringComparison.Ordinal)) throw new UsageException($"{Printable.Text(variable)} can't be a variable's name", "--env takes a name such as API_TOKEN");
        var validity = minValidity is null ? TimeSpan.Zero : Duration.Parse(minValidity, "--min-validity");
        var token = await world.NewSession(output).GetAccessTokenAsync(validity, cancellation: world.Interrupted);
        world.Interrupted.ThrowIfCancellationRequested();

        var error = ProcessReplacement.Execute(command, [.. Surroundings.Without([variable]), $"{variable}={token.Value}"]);
        var isMissing = error is Errno.NotFound or Errno.NotAFolder;
        var name = Printable.Text(command[0]);
        output.Print(isMissing
            ? new Failure(NotFound, "failed", $"{name}: command not found", "name a program in PATH, or its path")
            : new Failure(NotExecutable, "failed", $"{name} can't be run: {ProcessReplacement.Reason(error)}", "it must be a file that you may execute"));
        return isMissing ? NotFound : NotExecutable;
    });
}
