using System.Net;
using System.Text.Json.Nodes;
using Interop.World;

namespace Interop.Independent;

/// <summary>At Better Auth with its device, organization and bearer plugins alone, and the four routes of docs/better-auth.md.</summary>
[Against("Better Auth with four routes", "better-auth")]
public class AtBetterAuthWithoutProvider(Servers servers) : PlainPages
{
    private const string UserInfo = "oauth/userinfo";
    private const string Status = "email: you@yourcompany.com\nactive_org_slug: yourcompany\nrole: owner\n";

    protected override Task<Server> StartAsync() => servers.BetterAuthDeviceAsync([]);

    protected override Task<JsonObject> RefreshAsync(string product, string refreshToken) =>
        PostAsync(Server, "oauth/token", ("grant_type", "refresh_token"), ("client_id", $"{product}-cli"), ("refresh_token", refreshToken));

    [Fact]
    public async Task Sign_in_organizations_and_sign_out()
    {
        var cli = Product("datagen");

        var login = await SignInAsync(cli, "device");

        Assert.Equal((0, "status: authenticated\nemail: you@yourcompany.com\nactive_org_slug: yourcompany\n"), (login.ExitCode, login.StandardOutput));
        Assert.Equal(new Run(0, Status, ""), await cli.RunAsync("auth", "status"));
        Assert.Equal(
            new Run(0, "email: you@yourcompany.com\nactive_org_slug: test-org\nrole: member\n", ""), await cli.RunAsync("auth", "org", "--use", "test-org"));
        var token = File["access_token"];
        Assert.Equal(new Run(0, $"{token}\n", ""), await cli.RunAsync("auth", "token"));
        Assert.Equal(HttpStatusCode.OK, await AskUserInfoAsync(Server, UserInfo, token));

        Assert.Equal(new Run(0, "status: logged_out\n", ""), await cli.RunAsync("auth", "logout"));
        Assert.Equal(HttpStatusCode.Unauthorized, await AskUserInfoAsync(Server, UserInfo, token));
    }

    [Fact]
    public async Task The_other_product_by_device_flow()
    {
        var login = await SignInAsync(Product("genlabz"), "device");

        Assert.Equal(0, login.ExitCode);
        Assert.StartsWith("Email: you@yourcompany.com\nGroups: none\n", (await Product("genlabz").RunAsync("auth", "status")).StandardOutput, StringComparison.Ordinal);
    }

    [Fact]
    public async Task There_is_nothing_to_refresh_with_and_the_session_can_be_ended_elsewhere()
    {
        var cli = Product("datagen");
        await SignInAsync(cli, "device");
        Assert.False(File.Json.ContainsKey("refresh_token"));
        (await cli.RunAsync("auth", "token", "--refresh")).IsError(4, "datagen auth login");

        await PostAsync(Server, "oauth/revoke", ("token", File["access_token"]));

        (await cli.RunAsync("auth", "status")).IsError(4, "datagen auth login");
    }

    [Fact]
    public async Task Denied()
    {
        var run = await SignInAsync(Product("datagen"), "device", "deny");

        Assert.Equal((5, ""), (run.ExitCode, run.StandardOutput));
    }

    [Fact] // Why there is a route for the token: Better Auth's own takes no form.
    public async Task Without_the_route_a_form_is_refused()
    {
        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false });
        using var form = new FormUrlEncodedContent([new("grant_type", "urn:ietf:params:oauth:grant-type:device_code")]);

        using var answer = await http.PostAsync($"{Server.Issuer}/api/auth/device/token", form, Stop);

        Assert.Equal(HttpStatusCode.UnsupportedMediaType, answer.StatusCode);
    }

    [Fact]
    public void The_page_shows_the_routes_that_are_tested()
    {
        var page = System.IO.File.ReadAllText(Path.Combine(Server.Folder, "..", "..", "docs", "better-auth.md"));
        var routes = System.IO.File.ReadAllText(Path.Combine(Server.Folder, "better-auth-routes.mjs"));

        Assert.Contains($"```js\n{routes}```\n", page, StringComparison.Ordinal);
    }
}
