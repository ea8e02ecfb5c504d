using System.Globalization;

namespace Datagen.Auth.Commands;

internal static class LoginCommand
{
    /// <param name="openBrowser">Null where no person could see a browser; false from it if none could be started.</param>
    /// <param name="showProgress">Whether standard error is a terminal.</param>
    public static async Task<int> RunAsync(
        Session session,
        Product product,
        Output output,
        SignInFlow flow,
        Func<Uri, bool>? openBrowser,
        bool showProgress,
        CancellationToken cancellation)
    {
        var progressShown = false;
        var prompts = new SignInPrompts
        {
            ShowUserCode = ShowUserCode,
            Waiting = showProgress ? ShowProgress : null,
            Note = note =>
            {
                ClearProgress();
                output.Prompt($"note: {note}");
            },
        };
        try
        {
            var identity = await session.SignInAsync(flow, prompts, cancellation);
            ClearProgress();
            output.Print(product.Words.SignedIn, identity);
            return ExitCode.Done;
        }
        finally
        {
            ClearProgress();
        }

        void ShowUserCode(UserCodePrompt prompt)
        {
            output.Prompt($"User code: {prompt.UserCode}");
            output.Prompt($"Verify at: {Printable.Address(prompt.VerificationUri)}");
            if (openBrowser is not null)
            {
                var address = prompt.VerificationUriComplete ?? prompt.VerificationUri;
                output.Prompt($"Opening: {Printable.Address(address)}");
                if (!openBrowser(address)) output.Warn("no browser could be opened; open the address yourself");
            }

            output.Prompt("");
        }

        void ShowProgress(TimeSpan left)
        {
            progressShown = true;
            output.Progress(string.Create(
                CultureInfo.InvariantCulture,
                $"Waiting for your approval; the code is good for another {(int)left.TotalMinutes}:{left.Seconds:00}"));
        }

        void ClearProgress()
        {
            if (progressShown) output.Progress("");
            progressShown = false;
        }
    }

    public static async Task<int> RunWithTokenAsync(
        Session session, Product product, Output output, Stream input, CancellationToken cancellation)
    {
        var token = await ReadTokenAsync(input, cancellation);
        output.Print(product.Words.SignedIn, await session.SignInWithTokenAsync(token, cancellation));
        return ExitCode.Done;
    }

    private static async Task<string> ReadTokenAsync(Stream input, CancellationToken cancellation)
    {
        const int Longest = 64 << 10;
        var buffer = new byte[Longest];
        // A read from a terminal can't be called off; the thread that waits in it ends with the process.
        var length = await Task.Run(() => input.ReadAtLeast(buffer, Longest, throwOnEndOfStream: false), cancellation)
            .WaitAsync(cancellation);
        return length < Longest
            ? System.Text.Encoding.UTF8.GetString(buffer, 0, length).Trim()
            : throw new AuthException("what came on standard input is too long for an access token");
    }
}
