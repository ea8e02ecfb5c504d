using System.Net;
using System.Text.Json.Nodes;

namespace Interop.World;

/// <summary>At a server whose pages are plain forms: an email, the user code where it is asked for, a button.</summary>
public abstract class PlainPages : ReportedSituation
{
    private const string Password = "only for tests";
    private const int MostPages = 6;

    protected Server Server { get; private set; } = null!;

    public override async ValueTask InitializeAsync()
    {
        await base.InitializeAsync();
        Server = await StartAsync();
    }

    protected abstract Task<Server> StartAsync();

    protected Cli Product(string name) => name == "datagen" ? Datagen(Server) : GenLabZ(Server);

    protected Credentials FileOf(string product) => product == "datagen" ? File : GenLabZFile;

    /// <summary>A sign-in that is decided on the server's pages.</summary>
    protected static async Task<Run> SignInAsync(Cli cli, string flow, string decision = "approve")
    {
        using var login = cli.Start("auth", "login", "--flow", flow);
        using var person = new Person();
        if (flow == "device")
        {
            var prompt = await login.UserCodeAsync(Stop);
            await GoThroughAsync(await person.OpenAsync(prompt.VerificationUri, Stop), prompt.UserCode, decision);
        }
        else
        {
            await GoThroughAsync(await person.OpenAsync(new Uri(await login.SaysAsync(@"^Open: (\S+)$", Stop)), Stop), "", decision);
        }

        return await login.ExitAsync(Stop);
    }

    /// <summary>Signs in, is asked who the person is and in which organizations, gets a new token, and signs out.</summary>
    protected async Task FromSignInToSignOutAsync(string product, string flow, string identity, string userInfo)
    {
        var (cli, file) = (Product(product), FileOf(product));

        var login = await SignInAsync(cli, flow);

        Assert.Equal(0, login.ExitCode);
        Assert.DoesNotContain("warning", login.StandardError, StringComparison.OrdinalIgnoreCase);
        Assert.Equal(0, (await cli.RunAsync("auth", "doctor")).ExitCode);
        Assert.StartsWith(identity, (await cli.RunAsync("auth", "status")).StandardOutput, StringComparison.Ordinal);
        var (access, refresh) = (file["access_token"], file["refresh_token"]);
        Assert.Equal(HttpStatusCode.OK, await AskUserInfoAsync(Server, userInfo, access));

        var refreshed = await cli.RunAsync("auth", "token", "--refresh");
        Assert.Equal(new Run(0, $"{file["access_token"]}\n", ""), refreshed);
        Assert.NotEqual(access, file["access_token"]);
        Assert.NotEqual(refresh, file["refresh_token"]);
        Assert.StartsWith(identity, (await cli.RunAsync("auth", "status")).StandardOutput, StringComparison.Ordinal);

        var (last, lastRefresh) = (file["access_token"], file["refresh_token"]);
        var logout = await cli.RunAsync("auth", "logout");
        Assert.Equal((0, ""), (logout.ExitCode, logout.StandardError));
        Assert.False(file.Exists);
        Assert.Equal(HttpStatusCode.Unauthorized, await AskUserInfoAsync(Server, userInfo, last));
        Assert.Equal("invalid_grant", (string?)(await RefreshAsync(product, lastRefresh))["error"]);
    }

    protected abstract Task<JsonObject> RefreshAsync(string product, string refreshToken);

    private static async Task GoThroughAsync(Page page, string userCode, string decision)
    {
        for (var pages = 0; pages < MostPages && page.Html.Contains("<form", StringComparison.Ordinal); pages++)
        {
            List<(string Name, string Value)> filledIn = [];
            if (page.Asks("email")) filledIn.AddRange([("email", You), ("password", Password)]);
            else if (page.Asks("decision")) filledIn.Add(("decision", decision));
            else if (page.Asks("user_code")) filledIn.Add(("user_code", userCode));
            page = await page.SubmitAsync(Stop, [.. filledIn]);
        }

        Assert.True((int)page.Status < 300, page.Text);
    }
}
