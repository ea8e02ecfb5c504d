using System.Globalization;
using Datagen.Auth;
using Datagen.Host;

namespace Datagen.Console;

/// <summary>What a person sees of a sign-in, on standard error, and what they may paste into it.</summary>
internal sealed class SignInScreen(Output output, Terminal terminal, Func<string, string?> environment)
{
    private readonly Lock _oneWayAtATime = new(); // Ways beside each other speak from several threads, and each of several lines.
    private bool _progressShown;
    private bool _browserTried;
    private bool _isFirstWay = true;
    private PastedLines? _pasted;

    /// <summary>False if no browser could be started; null where no person could see one.</summary>
    public Func<Uri, bool>? OpenBrowser { get; init; }

    public bool ShowsQrCode { get; init; }

    public bool CopiesUserCode { get; init; }

    /// <summary>Standard input; null where no person is there to paste.</summary>
    public Stream? Pasted { get; init; }

    public SignInPrompts Prompts => new()
    {
        ShowUserCode = ShowUserCode,
        ShowAddress = ShowAddress,
        ReadPasted = Pasted is null ? null : ReadPastedAsync,
        // A line that is written again every second would tear what a person types.
        Waiting = terminal.HasControls && Pasted is null ? ShowProgress : null,
        Note = note =>
        {
            Clear();
            output.Note(note);
        },
    };

    /// <summary>Takes the progress away, which must not stand beside the answer.</summary>
    public void Clear()
    {
        if (_progressShown) output.Progress("");
        _progressShown = false;
    }

    private void ShowUserCode(UserCodePrompt prompt)
    {
        using var turn = _oneWayAtATime.EnterScope();
        BeginWay("Or, on any device:");
        output.Prompt($"User code: {prompt.UserCode}");
        output.Prompt($"Verify at: {terminal.Address(prompt.VerificationUri)}");
        var address = prompt.VerificationUriComplete ?? prompt.VerificationUri;
        if (!_browserTried && OpenBrowser is not null)
        {
            output.Prompt($"Opening: {terminal.Address(address)}");
            Open(address);
        }

        output.Prompt("");
        if (ShowsQrCode) ShowQrCode(address.AbsoluteUri);
        if (CopiesUserCode) Copy(prompt.UserCode);
    }

    private void ShowAddress(Uri address)
    {
        using var turn = _oneWayAtATime.EnterScope();
        BeginWay("Or, in a browser on this machine:");
        output.Prompt($"Open: {terminal.Address(address)}");
        Open(address);
        output.Prompt("");
    }

    private void Open(Uri address)
    {
        _browserTried = true;
        if (OpenBrowser?.Invoke(address) == false) output.Warn("no browser could be opened; open the address yourself");
    }

    private Task<string?> ReadPastedAsync(CancellationToken stop)
    {
        if (_pasted is null)
        {
            using var turn = _oneWayAtATime.EnterScope();
            BeginWay("Or, with a browser on another machine:");
            output.Prompt("Paste here the address it was sent to at the end, or the code in it.\n");
        }

        _pasted ??= new PastedLines(Pasted!, TerminalMode.CharacterByCharacter, output.Control);
        return _pasted.NextAsync(stop);
    }

    // Ways to sign in beside each other are told as what they are: one is enough.
    private void BeginWay(string or)
    {
        if (!_isFirstWay) output.Prompt(or);
        _isFirstWay = false;
    }

    private void ShowProgress(TimeSpan left)
    {
        _progressShown = true;
        output.Progress(string.Create(
            CultureInfo.InvariantCulture, $"Waiting for your approval, for another {(int)left.TotalMinutes}:{left.Seconds:00}"));
    }

    private void ShowQrCode(string address)
    {
        if (!terminal.IsThere)
            output.Warn("no QR code is shown, since standard error is no terminal");
        else if (QrCode.Lines(address, terminal.Columns, terminal.HasColors) is { } lines)
            output.Prompt(string.Join('\n', lines) + '\n');
        else
            output.Warn($"the QR code is wider than this terminal, which has {terminal.Columns} columns");
    }

    private void Copy(string userCode)
    {
        if (Clipboard.Copy(userCode, terminal, environment, output.Control) is { } done) output.Note(done);
        else output.Warn("the user code is not on the clipboard: there is no display with wl-copy, xclip or xsel, and no terminal");
    }
}
