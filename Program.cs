using ConsoleAppFramework;
using Datagen.Auth;
using Datagen.Commands;
using Datagen.Console;

// Which product: the name this file was called by.
var program = Environment.GetCommandLineArgs()[0];
var product = Product.Named(program);
var words = CredentialCommand.Words(program, args);
using var world = new World(product, words);

// The commands. Each is a method whose doc comment is its help.
var app = ConsoleApp.Create();
app.Add("auth login", new LoginCommand(world).Login);
app.Add("auth logout", new LogoutCommand(world).Logout);
app.Add("auth status", new StatusCommand(world).Status);
app.Add("auth org", new OrgCommand(world).Org);
app.Add("auth token", new TokenCommand(world).Token);
app.Add("auth exec", new ExecCommand(world).Exec);
app.Add("auth list", new ListCommand(world).List);
app.Add("auth switch", new SwitchCommand(world).Switch);
app.Add("auth doctor", new DoctorCommand(world).Doctor);
app.Add("auth credential git", new CredentialCommand(world).Git);
app.Add("auth credential docker", new CredentialCommand(world).Docker);
app.Add("auth credential kubectl", new CredentialCommand(world).Kubectl);
app.Add("auth credential curl", new CredentialCommand(world).Curl);
app.Add("api", new ApiCommand(world).Api);
app.Add("completion", new CompletionCommand(world).Completion);

// The framework answers what it can't read with help on standard output and exit 0: here it only says so, and CommandLine says why.
string? help = null, refusal = null;
ConsoleApp.Log = text => help = text;
ConsoleApp.LogError = text => refusal = text;
return await world.RunAsync(() => words switch
{
    ["--version"] => Task.FromResult(PrintVersion()),
    [Completion.Name, .. var typed] => Task.FromResult(
        new Completion(NewTable(), product, World.Variable).Print(world.NewOutput(OutputFormat.Text), typed)),
    [ManualPages.Name, var folder, var date] => Task.FromResult(ManualPages.Write(NewTable(), product, folder, date)),
    _ => ReadAndRunAsync(),
});

async Task<int> ReadAndRunAsync()
{
    // Without an option there is nothing that the framework would read otherwise than it is meant, and it is faster.
    if (!words.Any(CommandLine.IsOption) && (product.HasOrganizations || words is not ["auth", "org", ..]) && await RunAsync(words)) return Environment.ExitCode;
    var line = new CommandLine(NewTable(), words);
    if (line.AsksForVersion) return PrintVersion();
    if (line.AsksForHelp) return PrintHelp(line.Page);
    (world.Profile, world.IsVerbose) = (line.Profile, line.IsVerbose);
    return await RunAsync(line.Words) ? Environment.ExitCode : throw new InvalidOperationException(refusal);
}

async Task<bool> RunAsync(string[] line)
{
    (help, refusal) = (null, null);
    await app.RunAsync(line);
    return help is null && refusal is null;
}

// Not before it is needed: most commands are run without.
HelpTable NewTable() => new(product, path =>
{
    _ = app.RunAsync([.. path, "--help"]); // At once: only a command can wait.
    return help!;
});

int PrintVersion()
{
    world.NewOutput(OutputFormat.Text).PrintLine($"{product.Name} {ProgramVersion.Text}");
    return ExitCode.Done;
}

int PrintHelp(HelpPage page)
{
    world.NewOutput(OutputFormat.Text).Print(page);
    return ExitCode.Done;
}
