using System.Text.Json.Nodes;
using Interop.World;

namespace Interop.Independent;

/// <summary>At OpenIddict, the OpenID Connect stack of ASP.NET Core, whose issuer ends in a slash.</summary>
[Against("OpenIddict", Of = typeof(global::OpenIddict.Server.OpenIddictServerOptions))]
public class AtOpenIddict(Servers servers) : PlainPages
{
    protected override Task<Server> StartAsync() => servers.OpenIddictAsync();

    protected override Task<JsonObject> RefreshAsync(string product, string refreshToken) => PostAsync(
        Server, "connect/token", ("grant_type", "refresh_token"), ("client_id", $"{product}-cli"), ("refresh_token", refreshToken));

    private async Task<bool> IsActiveAsync(string token) =>
        (bool)(await PostAsync(Server, "connect/introspect", ("client_id", "datagen-cli"), ("token", token)))["active"]!;

    [Theory]
    [InlineData("device")]
    [InlineData("browser")]
    public async Task From_sign_in_to_sign_out_in_datagen(string flow) => await FromSignInToSignOutAsync(
        "datagen", flow, "email: you@yourcompany.com\nactive_org_slug: test-org\nrole: member\n", "connect/userinfo");

    [Theory]
    [InlineData("device")]
    [InlineData("browser")]
    public async Task From_sign_in_to_sign_out_in_genlabz(string flow) => await FromSignInToSignOutAsync(
        "genlabz", flow, "Email: you@yourcompany.com\nGroups: authors, reviewers\n", "connect/userinfo");

    [Fact]
    public async Task Denied_in_the_device_flow()
    {
        var run = await SignInAsync(Product("datagen"), "device", "deny");

        Assert.Equal((5, ""), (run.ExitCode, run.StandardOutput));
        Assert.False(File.Exists);
    }

    [Fact]
    public async Task A_logout_ends_every_token_as_introspection_shows()
    {
        var cli = Product("datagen");
        await SignInAsync(cli, "browser");
        var access = File["access_token"];
        Assert.True(await IsActiveAsync(access));

        await cli.RunAsync("auth", "logout");

        Assert.False(await IsActiveAsync(access));
    }

    [Fact]
    public async Task A_refresh_token_that_is_revoked_elsewhere_ends_the_session()
    {
        var cli = Product("datagen");
        await SignInAsync(cli, "device");
        await PostAsync(Server, "connect/revoke", ("client_id", "datagen-cli"), ("token", File["refresh_token"]));

        (await cli.RunAsync("auth", "token", "--refresh")).IsError(4, "expired or was revoked", "datagen auth login");
    }
}
