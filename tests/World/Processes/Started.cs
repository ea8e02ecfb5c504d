using System.Diagnostics;
using System.Text;
using System.Text.RegularExpressions;

namespace Tests.World;

/// <summary>A process under way. What it says can be read as it comes; it never outlives its test.</summary>
public sealed class Started : IDisposable
{
    private readonly Process _process;
    private readonly StringBuilder _output = new();
    private readonly StringBuilder _error = new();
    private readonly Task _reading;
    private readonly string? _outputFile;

    /// <param name="outputFile">Where the process's own standard output goes, if it is not read here; then what is read counts as standard error.</param>
    public Started(ProcessStartInfo info, string? input, string? outputFile = null)
    {
        info.UseShellExecute = false;
        info.RedirectStandardInput = info.RedirectStandardOutput = info.RedirectStandardError = true;
        info.StandardInputEncoding = info.StandardOutputEncoding = info.StandardErrorEncoding =
            new UTF8Encoding(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);
        _outputFile = outputFile;
        _process = Process.Start(info)!;
        _reading = Task.WhenAll(
            ReadAsync(_process.StandardOutput, outputFile is null ? _output : _error),
            ReadAsync(_process.StandardError, _error));
        if (input is null) return;
        try
        {
            _process.StandardInput.Write(input);
            _process.StandardInput.Close();
        }
        catch (IOException)
        {
            // It has ended without reading.
        }
    }

    public int Id => _process.Id;

    public bool HasExited => _process.HasExited;

    public string ErrorSoFar
    {
        get
        {
            lock (_error)
            {
                return _error.ToString();
            }
        }
    }

    public void Send(Signal signal) => Libc.Send(signal, _process.Id);

    /// <summary>Whether or not it has ended by itself just now.</summary>
    public void Kill() => _process.Kill();

    /// <summary>Types at the terminal, or writes into the pipe.</summary>
    public async Task TypeAsync(string text)
    {
        await _process.StandardInput.WriteAsync(text);
        await _process.StandardInput.FlushAsync();
    }

    /// <summary>Waits for something on standard error, and returns what the pattern's group caught.</summary>
    public async Task<string> SaysAsync(string pattern, CancellationToken stop = default)
    {
        var found = Match.Empty;
        await Eventually.HappensAsync(
            () => (found = Regex.Match(ErrorSoFar, pattern, RegexOptions.Multiline)).Success || _reading.IsCompleted,
            () => $"Nothing matched {pattern} in:\n{ErrorSoFar}",
            stop);
        if (!found.Success) found = Regex.Match(ErrorSoFar, pattern, RegexOptions.Multiline);
        Assert.True(found.Success, $"It ended, and nothing matched {pattern} in:\n{ErrorSoFar}");
        return found.Groups[1].Value;
    }

    /// <summary>The device sign-in that it asks a person to approve.</summary>
    public async Task<(string UserCode, Uri VerificationUri)> UserCodeAsync(CancellationToken stop = default)
    {
        var userCode = await SaysAsync(@"^User code: ([^\r\n]+)\r?\n", stop);
        return (userCode, new Uri(await SaysAsync(@"^Verify at: ([^\r\n]+)\r?\n", stop)));
    }

    public async Task<Run> ExitAsync(CancellationToken stop = default)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(stop);
        deadline.CancelAfter(Eventually.Patience);
        try
        {
            await _process.WaitForExitAsync(deadline.Token);
            await _reading.WaitAsync(deadline.Token);
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            Assert.Fail($"It had not ended after {Eventually.Patience.TotalSeconds} seconds. It has said:\n{_output}{ErrorSoFar}");
        }

        var output = _outputFile is null ? _output.ToString() : await File.ReadAllTextAsync(_outputFile, stop);
        var run = new Run(_process.ExitCode, output, ErrorSoFar);
        // Whatever a test is about: no error may surprise the program, and no trace of one may be shown.
        Assert.DoesNotMatch(@"has a defect|Unhandled exception|(?m)^\s+at \w+\.", run.StandardError);
        return run;
    }

    public void Dispose()
    {
        if (!_process.HasExited) _process.Kill(entireProcessTree: true);
        _process.Dispose();
    }

    private static async Task ReadAsync(StreamReader reader, StringBuilder into)
    {
        var buffer = new char[4096];
        while (await reader.ReadAsync(buffer.AsMemory()) is var count and > 0)
        {
            lock (into)
            {
                into.Append(buffer, 0, count);
            }
        }
    }
}
