using System.Globalization;
using Datagen.Auth;
using Datagen.Console;
using Datagen.Protocol;

namespace Datagen.Commands;

internal static class LoginCommand
{
    private const int LongestPaste = 16 << 10;

    /// <param name="openBrowser">Null where no person could see a browser; false from it if none could be started.</param>
    /// <param name="aids">What standard error can show beside the lines.</param>
    /// <param name="pasted">Where the person can paste; null where no person is.</param>
    public static async Task<int> RunAsync(
        Session session,
        Product product,
        Output output,
        SignInFlow? flow,
        int redirectPort,
        Func<Uri, bool>? openBrowser,
        PromptAids aids,
        Stream? pasted,
        CancellationToken cancellation)
    {
        var progressShown = false;
        var browserTried = false;
        var pasteOffered = false;
        var prompts = new SignInPrompts
        {
            ShowUserCode = ShowUserCode,
            ShowAddress = ShowAddress,
            ReadPasted = pasted is null ? null : ReadPastedAsync,
            // A line that is written again every second would tear what a person types.
            Waiting = aids.ShowsProgress && pasted is null ? ShowProgress : null,
            Note = note =>
            {
                ClearProgress();
                output.Prompt($"note: {note}");
            },
        };
        try
        {
            var identity = await session.SignInAsync(prompts, flow, redirectPort, cancellation);
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
            output.Prompt($"Verify at: {aids.Address(prompt.VerificationUri)}");
            if (!browserTried && openBrowser is not null)
            {
                var address = prompt.VerificationUriComplete ?? prompt.VerificationUri;
                output.Prompt($"Opening: {aids.Address(address)}");
                OpenBrowser(address);
            }

            output.Prompt("");
            aids.Show(prompt, output);
        }

        void ShowAddress(Uri address)
        {
            output.Prompt($"Open: {aids.Address(address)}");
            OpenBrowser(address);
            output.Prompt("");
        }

        void OpenBrowser(Uri address)
        {
            browserTried = true;
            if (openBrowser?.Invoke(address) == false) output.Warn("no browser could be opened; open the address yourself");
        }

        async Task<string?> ReadPastedAsync(CancellationToken stop)
        {
            if (!pasteOffered) output.Prompt("Browser on another machine? Paste here the address it was sent to at the end, or the code in it.");
            pasteOffered = true;
            return await ReadLineAsync(pasted!, stop);
        }

        void ShowProgress(TimeSpan left)
        {
            progressShown = true;
            output.Progress(string.Create(
                CultureInfo.InvariantCulture,
                $"Waiting for your approval, for another {(int)left.TotalMinutes}:{left.Seconds:00}"));
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

    private static async Task<string?> ReadLineAsync(Stream input, CancellationToken cancellation)
    {
        // A terminal gives one line at a time. A read from it can't be called off; its thread ends with the process.
        var buffer = new byte[LongestPaste];
        var length = await Task.Run(() => input.Read(buffer), cancellation).WaitAsync(cancellation);
        return length == 0 ? null : System.Text.Encoding.UTF8.GetString(buffer, 0, length);
    }

    private static async Task<string> ReadTokenAsync(Stream input, CancellationToken cancellation)
    {
        const int Longest = 64 << 10;
        var buffer = new byte[Longest];
        var length = await Task.Run(() => input.ReadAtLeast(buffer, Longest, throwOnEndOfStream: false), cancellation)
            .WaitAsync(cancellation);
        return length < Longest
            ? System.Text.Encoding.UTF8.GetString(buffer, 0, length).Trim()
            : throw new AuthException("what came on standard input is too long for an access token");
    }
}
