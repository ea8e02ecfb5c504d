using System.CommandLine;
using System.CommandLine.Completions;
using System.CommandLine.Help;
using System.CommandLine.Parsing;
using System.Globalization;
using Datagen.Auth;
using Datagen.Commands;
using Datagen.Console;
using Datagen.Doctor;
using Datagen.Host;
using Datagen.Protocol;
using Datagen.Sessions;
using Datagen.Storage;
using Datagen.Trust;
using Microsoft.Win32.SafeHandles;

// Which product: the name this file was called by.
var program = Environment.GetCommandLineArgs()[0];
var product = Product.Named(program);
args = CredentialCommand.Arguments(program, args);

// The world, as far as a command may touch it.
ProcessSetUp.Run();
using var results = new StandardStream(StandardStream.StandardOutput);
using var messages = new StandardStream(StandardStream.StandardError);
using var interruption = new Interruption();
HttpClient? http = null;
var hasTls = false;
string? namedProfile = null;
Session? opened = null;

try
{
    var exitCode = args switch
    {
        // What scripts call by the thousand needs no parser, which would be a third of its time.
        ["--version"] => PrintVersion(),
        ["auth", "token"] => await TokenCommand.RunAsync(
            NewSession(OutputFormat.Text, verbose: false), NewOutput(OutputFormat.Text), null, false, interruption.Token),
        ["auth", "status"] => await StatusCommand.RunAsync(
            NewSession(OutputFormat.Text, verbose: false), product, NewOutput(OutputFormat.Text), interruption.Token),
        [CompletionCommand.Name, .. var words] => CompletionCommand.RunCandidates(Root(Profile()), NewOutput(OutputFormat.Text), words),
        [ManualPages.Name, var folder, var date] => ManualPages.Write(Root(Profile()), product, folder, date),
        _ => await ParseAndRunAsync(),
    };
    results.Flush();
    return exitCode;
}
catch (IOException problem) when (problem.HResult == Errno.BrokenPipe)
{
    // Whoever was reading has had enough, as in `| head -1`: nothing to tell, and nobody to tell it.
    return ExitCode.Failed;
}
#pragma warning disable CA1031 // The last stop: every error becomes a message and an exit code, no trace is ever shown.
catch (Exception error)
#pragma warning restore CA1031
{
    var failure = Failure.Of(error, opened?.Product ?? product, interruption.ExitCode);
    NewOutput(CommandLineErrors.AsksForJson(args) ? OutputFormat.Json : OutputFormat.Text).Print(failure);
    return failure.ExitCode;
}
finally
{
    http?.Dispose();
}

int PrintVersion()
{
    results.Write($"{product.Name} {ProgramVersion.Text}\n");
    return ExitCode.Done;
}

Task<int> ParseAndRunAsync()
{
    var profile = Profile();
    var parsed = Root(profile).Parse(args, new ParserConfiguration { ResponseFileTokenReplacer = null });
    if (parsed.Errors.Count > 0) throw CommandLineErrors.Explain(parsed, product);
    namedProfile = parsed.GetValue(profile);
    return parsed.InvokeAsync(
        new InvocationConfiguration
        {
            Output = results,
            Error = messages,
            EnableDefaultExceptionHandler = false,
            ProcessTerminationTimeout = null,
        },
        CancellationToken.None);
}

Command Root(Option<string?> profile)
{
    var version = new Option<bool>("--version") { Description = "Show the version" };
    var verbose = new Option<bool>("--verbose")
    {
        Description = "Trace HTTP requests on stderr, every secret redacted",
        Recursive = true,
    };
    var root = new Command(product.Name, $"{product.Title} command line") { version, verbose, profile, Auth(verbose) };
    if (args is not ["auth", ..])
    {
        root.Subcommands.Add(Api(verbose));
        root.Subcommands.Add(Completion());
    }

    root.Options.Add(new HelpOption { Recursive = true });
    root.SetAction(parse => parse.GetValue(version) ? PrintVersion() : new HelpAction().Invoke(parse));
    return root;
}

Command Auth(Option<bool> verbose)
{
    var auth = new Command("auth", "Sign in, sign out, and check your session");
    // The branch that is asked for; all of them for help, completion, and whoever has to be told what there is.
    AddBranches(args is ["auth", var word, ..] ? word : null);
    if (auth.Subcommands.Count == 0) AddBranches(null);
    auth.SetAction(parse => new HelpAction().Invoke(parse));
    return auth;

    void AddBranches(string? asked)
    {
        Add("login", () => Login(verbose));
        Add("logout", () => Logout(verbose));
        Add("status", () => Status(verbose));
        if (product.HasOrganizations) Add("org", () => Org(verbose));
        Add("token", () => Token(verbose));
        Add("list", List);
        Add("switch", Switch);
        Add("doctor", () => Doctor(verbose));
        Add("credential", () => Helpers(verbose));

        void Add(string name, Func<Command> branch)
        {
            if (asked is null || asked == name) auth.Subcommands.Add(branch());
        }
    }
}

Command Login(Option<bool> verbose)
{
    var flow = Choice<SignInFlow?>(
        "--flow", "The one way to sign in: device or browser", ("device", SignInFlow.Device), ("browser", SignInFlow.Browser));
    var noBrowser = new Option<bool>("--no-browser") { Description = "Only print the address to open" };
    var port = new Option<int>("--port")
    {
        Description = "The port that the browser comes back to, for servers that know only one",
        HelpName = "number",
        CustomParser = argument => int.TryParse(argument.Tokens[0].Value, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            && number is >= 1 and <= 65535
                ? number
                : Refuse<int>(argument, $"--port takes a number from 1 to 65535, not {argument.Tokens[0].Value}"),
    };
    var withToken = new Option<bool>("--with-token") { Description = "Read an access token from standard input instead" };
    var qr = new Option<bool>("--qr") { Description = "Show the address to verify at as a QR code, for a phone (device flow)" };
    var clipboard = new Option<bool>("--clipboard") { Description = "Put the user code on the clipboard (device flow)" };
    var start = new Option<bool>("--start") { Description = "Begin a device sign-in, print what the person needs as JSON, and return" };
    var finish = new Option<bool>("--finish") { Description = "Complete the sign-in that --start began: ask once, and store the credential" };
    var wait = new Option<string?>("--wait") { Description = "With --finish: ask again for this long, such as 60s", HelpName = "duration" };
    var format = Format();
    var login = new Command("login", "Sign in, and store the credential") { flow, noBrowser, port, withToken, qr, clipboard, start, finish, wait, format };
    login.Validators.Add(parse =>
    {
        var (starts, finishes) = (parse.GetValue(start), parse.GetValue(finish));
        if (starts && finishes) parse.AddError("--start and --finish can't be used together");
        else if ((starts || finishes) && (parse.GetResult(withToken) ?? parse.GetResult(port)) is { } other)
            parse.AddError($"{(starts ? "--start" : "--finish")} and {other.Option.Name} can't be used together");
        else if ((starts || finishes) && parse.GetValue(flow) == SignInFlow.Browser) parse.AddError("the browser flow can't be done in two steps");
        else if (!finishes && parse.GetResult(wait) is not null) parse.AddError("--wait is for --finish alone");
    });
    login.SetAction((parse, _) =>
    {
        interruption.Listen();
        var session = NewSession(parse.GetValue(format), parse.GetValue(verbose));
        var output = NewOutput(parse.GetValue(format));
        if (parse.GetValue(start)) return TwoStepLogin.StartAsync(session, output, interruption.Token);
        if (parse.GetValue(finish)) return TwoStepLogin.FinishAsync(session, product, output, parse.GetValue(wait), interruption.Token);
        if (parse.GetValue(withToken))
            return LoginCommand.RunWithTokenAsync(session, product, output, StandardInput(), interruption.Token);

        var hasTerminal = !System.Console.IsErrorRedirected;
        var canPaste = hasTerminal && !System.Console.IsInputRedirected
            && parse.GetValue(flow) is null && product.DefaultFlow == SignInFlow.Browser;
        if ((parse.GetValue(qr) || parse.GetValue(clipboard)) && !canPaste && (parse.GetValue(flow) ?? product.DefaultFlow) == SignInFlow.Browser)
            throw new UsageException("--qr and --clipboard are for the device flow, which this is not", "add --flow device");
        var browsers = parse.GetValue(noBrowser) ? [] : Browser.Commands(hasTerminal, Environment.GetEnvironmentVariable);
        return LoginCommand.RunAsync(
            session,
            product,
            output,
            parse.GetValue(flow),
            parse.GetValue(port),
            browsers.Count == 0 ? null : address => Browser.Open(browsers, address, Product.SecretVariables),
            new PromptAids(
                new Terminal(hasTerminal, Environment.GetEnvironmentVariable), parse.GetValue(qr), parse.GetValue(clipboard), Environment.GetEnvironmentVariable),
            canPaste ? StandardInput() : null,
            interruption.Token);
    });
    return login;
}

Command Logout(Option<bool> verbose)
{
    var local = new Option<bool>("--local") { Description = "Delete the credential without asking the server to revoke it" };
    var format = Format();
    var logout = new Command("logout", "Revoke the session, and delete the credential") { local, format };
    logout.SetAction((parse, _) => LogoutCommand.RunAsync(
        NewSession(parse.GetValue(format), parse.GetValue(verbose)),
        product,
        NewOutput(parse.GetValue(format)),
        parse.GetValue(local),
        ForgetOrganizations,
        interruption.Token));
    return logout;
}

Command Status(Option<bool> verbose)
{
    var format = Format();
    var status = new Command(
        "status",
        product.HasOrganizations
            ? "Show who is signed in, the active organization, and the role there"
            : "Show who is signed in, their groups, and when the token expires")
    {
        format,
    };
    status.SetAction((parse, _) => StatusCommand.RunAsync(
        NewSession(parse.GetValue(format), parse.GetValue(verbose)), product, NewOutput(parse.GetValue(format)), interruption.Token));
    return status;
}

Command Org(Option<bool> verbose)
{
    var list = new Option<bool>("--list") { Description = "List your organizations" };
    var use = new Option<string?>("--use") { Description = "Make an organization the active one", HelpName = "slug" };
    use.CompletionSources.Add(_ => CacheFolder() is { } folder ? SeenOrganizations.Read(folder).Select(slug => new CompletionItem(slug)) : []);
    var format = Format();
    var org = new Command("org", "List your organizations, or switch the active one") { list, use, format };
    org.SetAction((parse, _) => OrgCommand.RunAsync(
        NewSession(parse.GetValue(format), parse.GetValue(verbose)),
        product,
        NewOutput(parse.GetValue(format)),
        parse.GetValue(list),
        parse.GetValue(use),
        RememberOrganizations,
        interruption.Token));
    return org;
}

Command Token(Option<bool> verbose)
{
    var minValidity = new Option<string?>("--min-validity")
    {
        Description = "Refresh first if less than this is left, such as 90s, 20m or 1h",
        HelpName = "duration",
    };
    var refresh = new Option<bool>("--refresh") { Description = "Refresh first, however long the token is still valid" };
    var format = Format();
    var token = new Command("token", "Print a valid access token") { minValidity, refresh, format };
    token.SetAction((parse, _) => TokenCommand.RunAsync(
        NewSession(parse.GetValue(format), parse.GetValue(verbose)),
        NewOutput(parse.GetValue(format)),
        parse.GetValue(minValidity),
        parse.GetValue(refresh),
        interruption.Token));
    return token;
}

Command Completion()
{
    var shell = new Argument<Shell>("shell")
    {
        Description = "bash, zsh or fish",
        HelpName = "bash|zsh|fish",
        CustomParser = argument => argument.Tokens[0].Value switch
        {
            "bash" => Shell.Bash,
            "zsh" => Shell.Zsh,
            "fish" => Shell.Fish,
            var other => Refuse<Shell>(argument, $"completion is for bash, zsh or fish, not {other}"),
        },
    };
    shell.CompletionSources.Clear();
    shell.CompletionSources.Add("bash", "zsh", "fish");
    var completion = new Command("completion", "Print a script that completes commands, options and organizations in your shell") { shell };
    completion.SetAction(parse => CompletionCommand.Run(product, NewOutput(OutputFormat.Text), parse.GetValue(shell)));
    return completion;
}

string? CacheFolder() => SeenOrganizations.Folder(product.Name, Environment.GetEnvironmentVariable);

void RememberOrganizations(IEnumerable<string> slugs)
{
    if (Environment.GetEnvironmentVariable(product.Variable("TOKEN")) is null
        && Environment.GetEnvironmentVariable(product.Variable("GRANT")) is null
        && CacheFolder() is { } folder)
        SeenOrganizations.Write(folder, slugs);
}

void ForgetOrganizations()
{
    if (CacheFolder() is { } folder) SeenOrganizations.Delete(folder);
}

Command Api(Option<bool> verbose)
{
    var path = new Argument<string>("path") { Description = $"What to ask for, below the API's address, such as /v1/datasets?limit=10" };
    var method = new Option<string?>("--method", "-X") { Description = "The method; GET unless told, POST with --input", HelpName = "method" };
    var headers = new Option<string[]>("--header", "-H") { Description = "A header to add, as 'Name: value'; may be repeated", HelpName = "header" };
    var input = new Option<string?>("--input") { Description = "The file to send as the body, JSON unless a Content-Type says otherwise; - for standard input", HelpName = "file" };
    var paginate = new Option<bool>("--paginate") { Description = "Ask for the following pages too, as the answers' Link headers name them" };
    var format = ErrorFormat();
    var api = new Command(
        "api",
        product.HasOrganizations ? "Call the platform's API, signed in and for the active organization" : "Call the platform's API, signed in")
    {
        path, method, headers, input, paginate, format,
    };
    api.SetAction((parse, _) =>
    {
        interruption.Listen();
        return ApiCommand.RunAsync(
            NewSession(parse.GetValue(format), parse.GetValue(verbose)),
            parse.GetValue(path)!,
            parse.GetValue(method),
            parse.GetValue(headers) ?? [],
            parse.GetValue(input),
            StandardInput,
            parse.GetValue(paginate),
            results.WriteBytes,
            interruption.Token);
    });
    return api;
}

Command Helpers(Option<bool> verbose)
{
    var helpers = new Command("credential", "Hand the access token to another tool, in the form that it asks for")
    {
        Helper("git", "A credential helper for git", ["get", "store", "erase"], (session, output, operation, hosts) =>
            CredentialCommand.GitAsync(session, output, operation, hosts, StandardInput(), interruption.Token)),
        Helper("docker", $"A credential helper for docker, which knows it as docker-credential-{product.Name}", ["get", "store", "erase", "list", "version"], (session, output, operation, hosts) =>
            CredentialCommand.DockerAsync(session, product, output, operation, hosts, StandardInput(), interruption.Token)),
        Helper("kubectl", "A credential plugin for kubectl, as users.user.exec of a kubeconfig", [], (session, output, _, hosts) =>
            CredentialCommand.KubectlAsync(session, output, Environment.GetEnvironmentVariable("KUBERNETES_EXEC_INFO"), hosts, interruption.Token)),
        Helper("curl", $"A file for curl: curl -K <({product.Name} auth credential curl) URL", null, (session, output, _, _) =>
            CredentialCommand.CurlAsync(session, output, interruption.Token)),
    };
    helpers.SetAction(parse => new HelpAction().Invoke(parse));
    return helpers;

    // Null operations: a tool that names no host either.
    Command Helper(string name, string description, string[]? operations, Func<Session, Output, string, IReadOnlyList<string>, Task<int>> run)
    {
        var operation = new Argument<string>("operation") { Description = $"What {name} asks for: {string.Join(", ", operations ?? [])}" };
        var host = new Option<string[]>("--host")
        {
            Description = $"A host that the token is for, beside the API's; may be repeated, or listed in {product.Variable("CREDENTIAL_HOSTS")}",
            HelpName = "name",
        };
        var format = ErrorFormat();
        var helper = new Command(name, description) { format };
        if (operations is { Length: > 0 }) helper.Arguments.Add(operation);
        if (operations is not null) helper.Options.Add(host);
        helper.SetAction((parse, _) =>
        {
            interruption.Listen();
            var hosts = operations is null ? [] : CredentialCommand.Hosts(
                parse.GetValue(host), Environment.GetEnvironmentVariable(product.Variable("CREDENTIAL_HOSTS")));
            return run(
                NewSession(parse.GetValue(format), parse.GetValue(verbose)),
                NewOutput(parse.GetValue(format)),
                operations is { Length: > 0 } ? parse.GetValue(operation)! : "",
                hosts);
        });
        return helper;
    }
}

Option<OutputFormat> ErrorFormat() =>
    Choice("--format", "Format of errors: text or json", ("text", OutputFormat.Text), ("json", OutputFormat.Json));

Command List()
{
    var format = Format();
    var list = new Command("list", "List the profiles, the accounts on this machine") { format };
    list.SetAction(parse => ProfileCommand.List(product, NamedOptions(), NewOutput(parse.GetValue(format))));
    return list;
}

Command Switch()
{
    var name = new Argument<string>("name") { Description = "The profile; default is the one without a name", HelpName = "name", CustomParser = ProfileName };
    name.CompletionSources.Add(_ => ProfileNames());
    var format = Format();
    var switchTo = new Command("switch", "Make a profile the active one") { name, format };
    switchTo.SetAction((parse, _) => ProfileCommand.SwitchAsync(
        product,
        namedProfile is null
            ? SessionOptions.FromEnvironment(product)
            : throw new UsageException("auth switch takes no --profile", $"{product.Name} auth switch NAME"),
        NewOutput(parse.GetValue(format)),
        parse.GetValue(name)!,
        interruption.Token));
    return switchTo;
}

Command Doctor(Option<bool> verbose)
{
    var format = Format();
    var doctor = new Command("doctor", "Check all that signing in needs, and say what to do") { format };
    doctor.SetAction((parse, _) => DoctorCommand.RunAsync(
        product,
        NamedOptions(),
        NewService(NewOutput(parse.GetValue(format)), parse.GetValue(verbose)),
        NewOutput(parse.GetValue(format)),
        SystemTrust.Source,
        !System.Console.IsErrorRedirected,
        interruption.Token));
    return doctor;
}

Option<string?> Profile()
{
    var profile = new Option<string?>("--profile")
    {
        Description = "Which of several accounts on this machine",
        HelpName = "name",
        Recursive = true,
        CustomParser = ProfileName,
    };
    profile.CompletionSources.Add(_ => ProfileNames());
    return profile;
}

IEnumerable<string> ProfileNames() => SessionOptions.FromEnvironment(product).Folder is { } folder ? Profiles.WithCredential(folder) : [];

Option<OutputFormat> Format() =>
    Choice("--format", "Output format: text or json", ("text", OutputFormat.Text), ("json", OutputFormat.Json));

Output NewOutput(OutputFormat format) => new(format, results, messages);

Session NewSession(OutputFormat format, bool verbose)
{
    var output = NewOutput(format);
    return opened = new Session(product, NamedOptions(), NewService(output, verbose), TimeProvider.System, output.Warn);
}

ServiceClient NewService(Output output, bool verbose)
{
    var traced = verbose || Environment.GetEnvironmentVariable(product.Variable("DEBUG")) is "1" or "true";
    return new ServiceClient(Connect, traced ? output.Prompt : null);
}

SessionOptions NamedOptions()
{
    var options = SessionOptions.FromEnvironment(product);
    return namedProfile is null ? options : options with { Profile = namedProfile };
}

HttpClient Connect(Uri address)
{
    var needsTls = address.Scheme == Uri.UriSchemeHttps;
    if (http is not null && (hasTls || !needsTls)) return http;
    // Trust before anything that starts a thread: it changes the environment for a moment. Only where one of two servers is on
    // loopback are there threads already, and then they wait.
    var tls = needsTls ? SystemTrust.Options() : null;
    hasTls = needsTls;
    interruption.Listen();
    http?.Dispose();
    return http = Connections.CreateHttpClient($"{product.Name}/{ProgramVersion.Text}", tls);
}

// Not the console's, which would switch the terminal's keypad first.
static FileStream StandardInput() => new(new SafeFileHandle(0, ownsHandle: false), FileAccess.Read, bufferSize: 0);

static Option<T> Choice<T>(string name, string description, params (string Word, T Value)[] choices)
{
    var words = Array.ConvertAll(choices, choice => choice.Word);
    var option = new Option<T>(name)
    {
        Description = description,
        HelpName = string.Join('|', words),
        CustomParser = argument => Array.IndexOf(words, argument.Tokens[0].Value) is >= 0 and var index
            ? choices[index].Value
            : Refuse<T>(argument, $"{name} takes {string.Join(" or ", words)}, not {argument.Tokens[0].Value}"),
    };
    option.CompletionSources.Clear(); // The enumeration's own names.
    option.CompletionSources.Add(words);
    return option;
}

static string? ProfileName(ArgumentResult argument) => argument.Tokens[0].Value is var name && Profiles.IsName(name)
    ? name
    : Refuse<string>(argument, $"{Printable.Text(name)} can't be a profile's name: it has at most 64 letters, digits, dots, underscores and hyphens, a letter or digit first");

static T? Refuse<T>(ArgumentResult argument, string why)
{
    argument.AddError(why);
    return default;
}
