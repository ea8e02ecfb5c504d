using Datagen.Auth;

namespace Datagen.Console;

/// <summary>What makes a device sign-in easier at a terminal: links, a QR code, the clipboard. All else stays as it is without them.</summary>
internal sealed class PromptAids(Terminal terminal, bool qr, bool clipboard, Func<string, string?> environment)
{
    public bool ShowsProgress => terminal.HasControls;

    public string Address(Uri address) => terminal.Address(address);

    public void Show(UserCodePrompt prompt, Output output)
    {
        if (qr) ShowQrCode((prompt.VerificationUriComplete ?? prompt.VerificationUri).AbsoluteUri, output);
        if (!clipboard) return;
        if (Clipboard.Copy(prompt.UserCode, terminal, environment, output.Control) is { } done) output.Prompt($"note: {done}");
        else output.Warn("the user code is not on the clipboard: there is no display with wl-copy, xclip or xsel, and no terminal");
    }

    private void ShowQrCode(string address, Output output)
    {
        if (!terminal.IsThere)
            output.Warn("no QR code is shown, since standard error is no terminal");
        else if (QrCode.Lines(address, terminal.Columns, terminal.HasColors) is { } lines)
            output.Prompt(string.Join('\n', lines) + '\n');
        else
            output.Warn($"the QR code is wider than this terminal, which has {terminal.Columns} columns");
    }
}
