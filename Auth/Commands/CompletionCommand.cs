using ConsoleAppFramework;
using Datagen.Console;

namespace Datagen.Commands;

internal sealed class CompletionCommand(World world)
{
    /// <summary>Print a script that completes commands, options and organizations in your shell. Example: source &lt;({name} completion bash)</summary>
    /// <param name="shell">bash|zsh|fish: Your shell: bash, zsh or fish</param>
    public Task<int> Completion([Argument, ShellValue] Shell shell) => world.RunAsync(() =>
    {
        world.NewOutput(OutputFormat.Text).PrintLine(CompletionScript.For(shell, world.Product));
        return Task.FromResult(ExitCode.Done);
    });
}
