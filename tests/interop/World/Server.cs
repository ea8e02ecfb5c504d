using System.Diagnostics;
using System.Text.Json.Nodes;
using WholeProgram.World;

namespace Interop.World;

/// <summary>A server that nobody here wrote, as a child process with an address of its own. It ends with us, however we end.</summary>
public sealed class Server : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly Process _process;

    private Server(Process process, string issuer)
    {
        _process = process;
        Issuer = issuer;
    }

    public string Issuer { get; }

    public static string Folder => Executable.BuildValue("Interop");

    public static async Task<Server> StartAsync(string script, IEnumerable<(string Name, string Value)> environment)
    {
        var info = new ProcessStartInfo("node", [script])
        {
            WorkingDirectory = Folder,
            RedirectStandardInput = true, // Closed when we end, whatever the reason.
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in environment) info.Environment[name] = value;
        var process = Process.Start(info)!;
        var said = new List<string?>();
        process.ErrorDataReceived += (_, line) =>
        {
            lock (said) said.Add(line.Data);
        };
        process.BeginErrorReadLine();
        var ready = await process.StandardOutput.ReadLineAsync().WaitAsync(Patience);
        if (ready is null)
        {
            await process.WaitForExitAsync();
            Assert.Fail($"{script} did not start:\n{string.Join('\n', said)}");
        }

        _ = process.StandardOutput.ReadToEndAsync();
        return new Server(process, (string)JsonNode.Parse(ready)!["issuer"]!);
    }

    public void Dispose()
    {
        _process.Kill();
        _process.Dispose();
    }
}
