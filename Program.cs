using System.CommandLine;
using System.CommandLine.Help;
using System.Globalization;
using Datagen.Auth;
using Datagen.Auth.Commands;
using Datagen.Auth.Protocol;
using Microsoft.Win32.SafeHandles;

// Which product: the name this file was called by.
var product = Product.Named(Environment.GetCommandLineArgs()[0]);
var version = typeof(Product).Assembly.GetName().Version!.ToString(3);

// The world, as far as a command may touch it.
StandardStream.ReservePlaces();
using var results = new StandardStream(StandardStream.StandardOutput);
using var messages = new StandardStream(StandardStream.StandardError);
using var interruption = new Interruption();
HttpClient? http = null;

var format = new Option<OutputFormat>("--format")
{
    Description = "Output format: text or json",
    HelpName = "text|json",
    CustomParser = argument => argument.Tokens[0].Value switch
    {
        "text" => OutputFormat.Text,
        "json" => OutputFormat.Json,
        var other => Refuse<OutputFormat>(argument, $"--format takes text or json, not {other}"),
    },
};
var verbose = new Option<bool>("--verbose")
{
    Description = "Trace HTTP requests on stderr, every secret redacted",
    Recursive = true,
};

var root = Tree();
var parsed = root.Parse(args, new ParserConfiguration { ResponseFileTokenReplacer = null });
try
{
    if (parsed.Errors.Count > 0) throw CommandLineErrors.Explain(parsed, product);
    var exitCode = await parsed.InvokeAsync(
        new InvocationConfiguration
        {
            Output = results,
            Error = messages,
            EnableDefaultExceptionHandler = false,
            ProcessTerminationTimeout = null,
        },
        CancellationToken.None);
    results.Flush();
    return exitCode;
}
catch (IOException problem) when (problem.HResult == StandardStream.BrokenPipe)
{
    // Whoever was reading has had enough, as in `| head -1`: nothing to tell, and nobody to tell it.
    return ExitCode.Failed;
}
#pragma warning disable CA1031 // The last stop: every error becomes a message and an exit code, no trace is ever shown.
catch (Exception error)
#pragma warning restore CA1031
{
    var failure = Failure.Of(error, product, interruption.ExitCode);
    new Output(CommandLineErrors.AsksForJson(args) ? OutputFormat.Json : OutputFormat.Text, results, messages).Print(failure);
    return failure.ExitCode;
}
finally
{
    http?.Dispose();
}

Command Tree()
{
    var showVersion = new Option<bool>("--version") { Description = "Show the version" };
    var command = new Command(product.Name, $"{product.Title} command line") { showVersion, verbose, Auth() };
    command.Options.Add(new HelpOption { Recursive = true });
    command.SetAction(parse =>
    {
        if (parse.GetValue(showVersion)) results.Write($"{product.Name} {version}\n");
        else new HelpAction().Invoke(parse);
    });
    return command;
}

Command Auth()
{
    var auth = new Command("auth", "Sign in, sign out, and check your session") { Login(), Logout(), Status(), Token() };
    if (product.HasOrganizations) auth.Subcommands.Add(Org());
    auth.SetAction(parse => new HelpAction().Invoke(parse));
    return auth;
}

Command Login()
{
    var noBrowser = new Option<bool>("--no-browser") { Description = "Only print the address to open" };
    var withToken = new Option<bool>("--with-token") { Description = "Read an access token from standard input instead" };
    var flow = new Option<SignInFlow?>("--flow")
    {
        Description = "The one way to sign in: device or browser",
        HelpName = "device|browser",
        CustomParser = argument => argument.Tokens[0].Value switch
        {
            "device" => SignInFlow.Device,
            "browser" => SignInFlow.Browser,
            var other => Refuse<SignInFlow?>(argument, $"--flow takes device or browser, not {other}"),
        },
    };
    var port = new Option<int>("--port")
    {
        Description = "The port that the browser comes back to, for servers that know only one",
        HelpName = "number",
        CustomParser = argument => int.TryParse(argument.Tokens[0].Value, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            && number is >= 1 and <= 65535
                ? number
                : Refuse<int>(argument, $"--port takes a number from 1 to 65535, not {argument.Tokens[0].Value}"),
    };
    var login = new Command("login", "Sign in, and store the credential") { flow, noBrowser, port, withToken, format };
    login.SetAction((parse, _) =>
    {
        interruption.Listen();
        if (parse.GetValue(withToken))
            return LoginCommand.RunWithTokenAsync(
                Session(parse), product, Output(parse), StandardInput(), interruption.Token);

        var hasTerminal = !Console.IsErrorRedirected;
        var browsers = parse.GetValue(noBrowser) ? [] : Browser.Commands(hasTerminal, Environment.GetEnvironmentVariable);
        return LoginCommand.RunAsync(
            Session(parse),
            product,
            Output(parse),
            parse.GetValue(flow),
            parse.GetValue(port),
            browsers.Count == 0 ? null : address => Browser.Open(browsers, address, Product.All.Select(one => one.Variable("TOKEN"))),
            hasTerminal,
            hasTerminal && !Console.IsInputRedirected && parse.GetValue(flow) is null && product.DefaultFlow == SignInFlow.Browser
                ? StandardInput()
                : null,
            interruption.Token);
    });
    return login;
}

Command Logout()
{
    var local = new Option<bool>("--local") { Description = "Delete the credential without asking the server to revoke it" };
    var logout = new Command("logout", "Revoke the session, and delete the credential") { local, format };
    logout.SetAction((parse, _) =>
        LogoutCommand.RunAsync(Session(parse), product, Output(parse), parse.GetValue(local), interruption.Token));
    return logout;
}

Command Status()
{
    var status = new Command(
        "status",
        product.HasOrganizations
            ? "Show who is signed in, the active organization, and the role there"
            : "Show who is signed in, their groups, and when the token expires")
    {
        format,
    };
    status.SetAction((parse, _) => StatusCommand.RunAsync(Session(parse), product, Output(parse), interruption.Token));
    return status;
}

Command Org()
{
    var list = new Option<bool>("--list") { Description = "List your organizations" };
    var use = new Option<string?>("--use") { Description = "Make an organization the active one", HelpName = "slug" };
    var org = new Command("org", "List your organizations, or switch the active one") { list, use, format };
    org.SetAction((parse, _) => OrgCommand.RunAsync(
        Session(parse), product, Output(parse), parse.GetValue(list), parse.GetValue(use), interruption.Token));
    return org;
}

Command Token()
{
    var minValidity = new Option<string?>("--min-validity")
    {
        Description = "Refresh first if less than this is left, such as 90s, 20m or 1h",
        HelpName = "duration",
    };
    var refresh = new Option<bool>("--refresh") { Description = "Refresh first, however long the token is still valid" };
    var token = new Command("token", "Print a valid access token") { minValidity, refresh, format };
    token.SetAction((parse, _) => TokenCommand.RunAsync(
        Session(parse), Output(parse), parse.GetValue(minValidity), parse.GetValue(refresh), interruption.Token));
    return token;
}

Output Output(ParseResult parse) => new(parse.GetValue(format), results, messages);

Session Session(ParseResult parse)
{
    var traced = parse.GetValue(verbose) || Environment.GetEnvironmentVariable(product.Variable("DEBUG")) is "1" or "true";
    var output = Output(parse);
    return new Session(
        product,
        SessionOptions.FromEnvironment(product),
        new ServiceClient(Connect, traced ? output.Prompt : null),
        TimeProvider.System,
        output.Warn);
}

// Not the console's, which would switch the terminal's keypad first.
static FileStream StandardInput() => new(new SafeFileHandle(0, ownsHandle: false), FileAccess.Read, bufferSize: 0);

HttpClient Connect()
{
    interruption.Listen();
    return http ??= ServiceClient.CreateHttpClient($"{product.Name}/{version}");
}

static T? Refuse<T>(System.CommandLine.Parsing.ArgumentResult argument, string why)
{
    argument.AddError(why);
    return default;
}
