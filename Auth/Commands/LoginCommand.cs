using System.Globalization;
using Datagen.Auth;
using Datagen.Console;
using Datagen.Storage;

namespace Datagen.Commands;

internal sealed class LoginCommand(World world)
{
    private const int LongestToken = 64 << 10;

    private Product Product => world.Product;

    /// <summary>Sign in, and store the credential. Example: {name} auth login Example: {name} auth login --flow device --no-browser</summary>
    /// <param name="flow">device|browser: Sign-in method: device or browser</param>
    /// <param name="noBrowser">Print the address, and open no browser</param>
    /// <param name="port">number: Port that the browser comes back to, for servers that know only one</param>
    /// <param name="withToken">Read an access token from standard input instead</param>
    /// <param name="qr">Show the address to verify at as a QR code, for a phone (device flow)</param>
    /// <param name="clipboard">Put the user code on the clipboard (device flow)</param>
    /// <param name="start">Begin a device sign-in, print what the person needs as JSON, and return</param>
    /// <param name="finish">Complete the sign-in that --start began: ask once, and store the credential</param>
    /// <param name="wait">duration: With --finish, ask again for this long, such as 60s</param>
    /// <param name="issuer">address: The authorization server; remembered for this profile, as are the four that follow</param>
    /// <param name="clientId">id: The public client's id</param>
    /// <param name="scope">scopes: The scopes to ask for, space separated</param>
    /// <param name="api">address: The platform's API</param>
    /// <param name="dpop">off|file|agent: Bind the tokens to a key: in a file beside the credential, or in your ssh-agent</param>
    /// <param name="dpopKey">fingerprint: Which of the ssh-agent's keys, as ssh-add -l shows it</param>
    /// <param name="forget">Start from the product's defaults, whatever the profile remembers</param>
    /// <param name="format">text|json: Output format: text or json</param>
    public Task<int> Login(
        [FlowValue] SignInFlow? flow = null,
        bool noBrowser = false,
        string? port = null,
        bool withToken = false,
        bool qr = false,
        bool clipboard = false,
        bool start = false,
        bool finish = false,
        string? wait = null,
        string? issuer = null,
        string? clientId = null,
        string? scope = null,
        string? api = null,
        string? dpop = null,
        string? dpopKey = null,
        bool forget = false,
        [FormatValue] OutputFormat format = OutputFormat.Text) => world.RunAsync(() =>
    {
        RequireOneWay(flow, start, finish, wait is not null, withToken ? "--with-token" : port is null ? null : "--port");
        var redirectPort = port is null ? 0 : ParsePort(port);
        world.Listen();
        var output = world.NewOutput(format);
        world.Named = new SignInSettings
        {
            Issuer = issuer,
            ClientId = clientId,
            Scope = scope,
            Api = api,
            Dpop = dpop,
            Flow = flow switch { SignInFlow.Device => "device", SignInFlow.Browser => "browser", _ => null },
        };
        (world.DpopKey, world.Forgets) = (dpopKey, forget);
        return start ? StartAsync(output)
            : finish ? FinishAsync(output, wait is null ? TimeSpan.Zero : Duration.Parse(wait, "--wait"))
            : withToken ? SignInWithTokenAsync(output)
            : SignInAsync(output, flow, redirectPort, !noBrowser, qr, clipboard);
    });

    private int ParsePort(string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port is >= 1 and <= 65535
            ? port
            : throw Misused($"--port takes a number from 1 to 65535, not {Printable.Text(text)}");

    private void RequireOneWay(SignInFlow? flow, bool start, bool finish, bool wait, string? other)
    {
        if (start && finish) throw Misused("--start and --finish can't be used together");
        if ((start || finish) && other is not null) throw Misused($"{(start ? "--start" : "--finish")} and {other} can't be used together");
        if ((start || finish) && flow == SignInFlow.Browser) throw Misused("the browser flow can't be done in two steps");
        if (!finish && wait) throw Misused("--wait is for --finish alone");
    }

    private UsageException Misused(string how) => new(how, $"run {Product.Name} auth login --help");

    private async Task<int> SignInAsync(Output output, SignInFlow? flow, int redirectPort, bool opensBrowser, bool qr, bool clipboard)
    {
        var session = world.NewSession(output);
        flow = session.FindSignInFlow();
        var usedFlow = flow ?? Product.DefaultFlow;
        var canPaste = World.HasTerminal && !System.Console.IsInputRedirected && flow is null && usedFlow == SignInFlow.Browser;
        if ((qr || clipboard) && !canPaste && usedFlow == SignInFlow.Browser)
            throw new UsageException("--qr and --clipboard are for the device flow, which this is not", "add --flow device");
        var browsers = opensBrowser ? Browser.Commands(World.HasTerminal, World.Variable) : [];
        var screen = new SignInScreen(output, new Terminal(World.HasTerminal, World.Variable), World.Variable)
        {
            OpenBrowser = browsers.Count == 0 ? null : address => Browser.Open(browsers, address, Product.SecretVariables),
            ShowsQrCode = qr,
            CopiesUserCode = clipboard,
            Pasted = canPaste ? StandardInput.Open() : null,
        };
        Identity identity;
        try
        {
            identity = await session.SignInAsync(screen.Prompts, flow, redirectPort, world.Interrupted);
        }
        finally
        {
            screen.Clear();
        }

        return PrintSignedIn(output, identity);
    }

    private async Task<int> SignInWithTokenAsync(Output output)
    {
        var session = world.NewSession(output);
        var token = await StandardInput.ReadAllAsync(StandardInput.Open(), LongestToken, "an access token", world.Interrupted);
        return PrintSignedIn(output, await session.SignInWithTokenAsync(TokenIn(token), world.Interrupted));
    }

    // People paste a whole header; no token holds a blank (RFC 6750 section 2.1).
    internal static string TokenIn(string text)
    {
        const string Header = "Authorization:", Scheme = "Bearer ";
        var token = text.Trim();
        if (token.StartsWith(Header, StringComparison.OrdinalIgnoreCase)) token = token[Header.Length..].TrimStart();
        return token.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase) ? token[Scheme.Length..].Trim() : token;
    }

    private async Task<int> StartAsync(Output output)
    {
        var started = await world.NewSession(output).StartSignInAsync(world.Interrupted);
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

    private async Task<int> FinishAsync(Output output, TimeSpan wait) =>
        PrintSignedIn(output, await world.NewSession(output).FinishSignInAsync(wait, world.Interrupted));

    private int PrintSignedIn(Output output, Identity identity)
    {
        output.Print(Product.Words.SignedIn, identity);
        return ExitCode.Done;
    }
}
