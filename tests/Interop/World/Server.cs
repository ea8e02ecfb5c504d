using System.Diagnostics;
using System.Text.Json.Nodes;
using Interop.OpenIddict;

namespace Interop.World;

/// <summary>A server that nobody here wrote: a child process that ends with us, however we end, or in this process. It has an address of its own.</summary>
public sealed class Server : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly Func<ValueTask> _end;

    private Server(string issuer, Func<ValueTask> end)
    {
        Issuer = issuer;
        _end = end;
    }

    public string Issuer { get; }

    public static string Folder => Repository.Path("tests/Interop");

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
        return new Server((string)JsonNode.Parse(ready)!["issuer"]!, () =>
        {
            process.Kill();
            process.Dispose();
            return ValueTask.CompletedTask;
        });
    }

    public static async Task<Server> StartOpenIddictAsync()
    {
        var server = await OpenIddictServer.StartAsync();
        return new Server(server.Issuer, server.DisposeAsync);
    }

    public ValueTask DisposeAsync() => _end();
}
