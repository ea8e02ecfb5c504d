using System.Text.Json.Nodes;
using LocalService.Faults;
using LocalService.Hosting;

namespace Tests.World;

/// <summary>A person's empty home, an identity service of its own, and the program that is to bring them together.</summary>
public abstract class Situation : IAsyncLifetime
{
    protected const string You = "you@yourcompany.com";
    protected const string Author = "you@example.com";
    protected const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    protected TemporaryFolder Home { get; } = new();

    protected IdentityService Service { get; private set; } = null!;

    protected Cli Datagen { get; private set; } = null!;

    protected Cli GenLabZ { get; private set; } = null!;

    protected Credentials File { get; private set; } = null!;

    protected Credentials GenLabZFile { get; private set; } = null!;

    protected static CancellationToken Stop => TestContext.Current.CancellationToken;

    protected virtual ServiceOptions Options => new();

    /// <summary>The requests so far, as in <c>GET /userinfo</c>.</summary>
    protected IEnumerable<string> Requests => Service.Log.Snapshot().Select(request => $"{request.Method} {request.Path}");

    public virtual async ValueTask InitializeAsync()
    {
        var options = Options;
        options.Settings.PollingInterval = 1; // The shortest that the program takes from a server.
        Service = await IdentityService.StartAsync(options);
        Datagen = Cli.Named("datagen", Home.Path).With("DATAGEN_ISSUER", Service.Issuer);
        GenLabZ = Cli.Named("genlabz", Home.Path).With("GENLABZ_ISSUER", Service.Issuer);
        File = new Credentials(Home[".config/datagen/credentials.json"]);
        GenLabZFile = new Credentials(Home[".genlabz/credentials.json"]);
    }

    public virtual async ValueTask DisposeAsync()
    {
        await Service.DisposeAsync();
        Home.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>Puts a credential where the program looks for it, and forgets how it came about.</summary>
    protected async Task SignedInAsync(string email = You)
    {
        File.Put(await CredentialAsync(email, "datagen-cli"));
        Forget();
    }

    protected async Task SignedInToGenLabZAsync(string email = Author)
    {
        GenLabZFile.Put(await CredentialAsync(email, "genlabz-cli"));
        Forget();
    }

    /// <summary>Signs in with the program itself; the person approves.</summary>
    protected async Task<Run> SignInAsync(Cli cli, string email, params string[] options)
    {
        using var login = cli.Start(["auth", "login", .. options]);
        await ApproveAsync(login, email);
        return await login.ExitAsync(Stop);
    }

    protected async Task ApproveAsync(Started login, string email = You)
    {
        var (userCode, verificationUri) = await login.UserCodeAsync(Stop);
        using var browser = Service.NewBrowser();
        await browser.ApproveDeviceAsync(verificationUri, userCode, email, Stop);
    }

    protected async Task<string> DenyAsync(Started login)
    {
        var (userCode, verificationUri) = await login.UserCodeAsync(Stop);
        using var browser = Service.NewBrowser();
        await browser.DenyDeviceAsync(new Uri($"{verificationUri}?user_code={userCode}"), You, Stop);
        return userCode;
    }

    /// <summary>What a device sign-in says on standard error where there is no terminal.</summary>
    protected string Prompts(string? userCode = null) =>
        $"User code: {userCode ?? UserCode}\nVerify at: {Service.Issuer}/device\n\n";

    /// <summary>The one user code that the service has given out.</summary>
    protected string UserCode =>
        Assert.Single(Service.Events.Of<LocalService.Observing.DeviceAuthorizationIssued>()).UserCode;

    /// <summary>From now on one key of this path's answers is another, or missing; errors stay as they are.</summary>
    protected void Changes(string path, string key, string? json) => Service.Faults.Add(new Fault(path)
    {
        Times = 100,
        Rewrite = body =>
        {
            var answer = JsonNode.Parse(body)!.AsObject();
            if (answer.ContainsKey("error")) return body;
            if (json is null) answer.Remove(key);
            else answer[key] = JsonNode.Parse(json);
            return answer.ToJsonString();
        },
    });

    protected void Forget()
    {
        Service.Log.Clear();
        Service.Events.Clear();
    }

    private async Task<JsonObject> CredentialAsync(string email, string clientId) =>
        DirectSignIn.Credential(Service, await DirectSignIn.TokensAsync(Service, email, clientId, Stop), email, clientId);
}
