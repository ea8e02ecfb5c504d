using Datagen.Auth;
using Datagen.Console;
using Datagen.Storage;

namespace Datagen.Commands;

/// <summary><c>auth login --start</c> and <c>--finish</c>.</summary>
internal static class TwoStepLogin
{
    public static async Task<int> StartAsync(Session session, Output output, CancellationToken cancellation)
    {
        var started = await session.StartSignInAsync(cancellation);
        output.PrintJson(json =>
        {
            json.WriteString("user_code", started.UserCode);
            json.WriteString("verification_uri", Printable.Text(started.VerificationUri.OriginalString));
            json.WriteString(
                "verification_uri_complete", started.VerificationUriComplete is { } complete ? Printable.Text(complete.OriginalString) : null);
            json.WriteString("expires_at", UtcSeconds.Format(started.ExpiresAt));
            json.WriteNumber("interval", (int)Math.Ceiling(started.Interval.TotalSeconds));
        });
        return ExitCode.Done;
    }

    public static async Task<int> FinishAsync(
        Session session, Product product, Output output, string? wait, CancellationToken cancellation)
    {
        var identity = await session.FinishSignInAsync(
            wait is null ? TimeSpan.Zero : TokenCommand.ParseDuration(wait, "--wait"), cancellation);
        output.Print(product.Words.SignedIn, identity);
        return ExitCode.Done;
    }
}
