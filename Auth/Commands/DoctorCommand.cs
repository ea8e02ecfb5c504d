using Datagen.Auth;
using Datagen.Console;
using Datagen.Doctor;
using Datagen.Protocol;
using Datagen.Storage;

namespace Datagen.Commands;

/// <summary>What works and what does not, made to be pasted where others read it: no secret, no e-mail address, no home.</summary>
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
        var local = new LocalChecks(product, options, TimeProvider.System, Environment.GetEnvironmentVariable);
        var checks = local.Run(hasTerminal);
        var server = new ServerChecks(local.Named, service, authorities, TimeProvider.System, cancellation);
        checks.AddRange(await server.RunAsync(options, local.Credential));

        var discreet = new Discretion(options, local.Credential, Environment.GetEnvironmentVariable("HOME"));
        checks = checks.ConvertAll(check => check with { Message = discreet.Without(check.Message), Hint = check.Hint is null ? null : discreet.Without(check.Hint) });
        var works = checks.TrueForAll(check => check.Status != Check.Wrong);
        Print(output, works, checks);
        return works ? ExitCode.Done : ExitCode.Failed;
    }

    private static void Print(Output output, bool works, List<Check> checks)
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

/// <summary>Takes out of a text what a stranger is not to read.</summary>
internal sealed class Discretion(SessionOptions options, Credential? credential, string? home)
{
    private const int ShortestSecret = 6;

    private readonly string[] _secrets =
    [
        .. new[]
            {
                options.Token, options.ClientSecret, options.Parameters,
                credential?.AccessToken, credential?.RefreshToken, credential?.IdToken, credential?.ClientSecret,
            }
            .OfType<string>().Where(secret => secret.Length >= ShortestSecret),
    ];

    public string Without(string text)
    {
        text = Printable.Text(text);
        foreach (var secret in _secrets) text = text.Replace(secret, "[redacted]", StringComparison.OrdinalIgnoreCase);
        if (home?.TrimEnd('/') is { Length: > 0 } folder) text = text.Replace(folder, "~", StringComparison.Ordinal);
        return text.Contains('@', StringComparison.Ordinal)
            ? string.Join(' ', text.Split(' ').Select(word => word.Contains('@', StringComparison.Ordinal) ? "[redacted]" : word))
            : text;
    }
}
