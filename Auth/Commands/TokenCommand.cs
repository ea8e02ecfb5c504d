using System.Globalization;
using Datagen.Auth;
using Datagen.Console;
using Datagen.Storage;

namespace Datagen.Commands;

internal static class TokenCommand
{
    public static async Task<int> RunAsync(
        Session session, Output output, string? minValidity, bool refresh, CancellationToken cancellation)
    {
        var token = await session.GetAccessTokenAsync(
            minValidity is null ? TimeSpan.Zero : ParseDuration(minValidity, "--min-validity"), refresh, cancellation);
        if (output.Format == OutputFormat.Text)
            output.PrintLine(token.Value);
        else
            output.PrintJson(json =>
            {
                json.WriteString("access_token", token.Value);
                json.WriteString("token_type", "Bearer");
                json.WriteString("expires_at", token.ExpiresAt is { } moment ? UtcSeconds.Format(moment) : null);
            });
        return ExitCode.Done;
    }

    /// <summary><c>90s</c>, <c>20m</c> or <c>1h</c>.</summary>
    internal static TimeSpan ParseDuration(string text, string option)
    {
        var seconds = text is [.., var unit] ? unit switch { 's' => 1, 'm' => 60, 'h' => 3600, _ => 0 } : 0;
        // Six digits of hours are a century: enough, and safe to add to a date.
        return seconds != 0
            && text.Length is > 1 and <= 7
            && int.TryParse(text.AsSpan(0, text.Length - 1), NumberStyles.None, CultureInfo.InvariantCulture, out var number)
                ? TimeSpan.FromSeconds((double)number * seconds)
                : throw new UsageException($"{Printable.Text(text)} is not a duration", $"{option} takes 90s, 20m or 1h");
    }
}
