using System.Runtime.InteropServices;

namespace Datagen.Host;

/// <summary>Ctrl-C and SIGTERM as a cancellation. A second signal ends the process as if nobody listened.</summary>
internal sealed class Interruption : IDisposable
{
    private readonly CancellationTokenSource _source = new();
    private PosixSignalRegistration? _interrupt;
    private PosixSignalRegistration? _terminate;

    public CancellationToken Token => _source.Token;

    /// <summary>The exit code that tells which signal came; 0 before one has.</summary>
    public int ExitCode { get; private set; }

    /// <summary>To be called before anything that can last: listening costs a thread, and a command that only prints has none to spare.</summary>
    public void Listen()
    {
        _interrupt ??= PosixSignalRegistration.Create(PosixSignal.SIGINT, context => Cancel(context, 128 + 2));
        _terminate ??= PosixSignalRegistration.Create(PosixSignal.SIGTERM, context => Cancel(context, 128 + 15));
    }

    public void Dispose()
    {
        _interrupt?.Dispose();
        _terminate?.Dispose();
        _source.Dispose();
    }

    private void Cancel(PosixSignalContext context, int exitCode)
    {
        if (ExitCode != 0) return;
        context.Cancel = true;
        ExitCode = exitCode;
        _source.Cancel();
    }
}
