using System.Text.Json.Nodes;
using Interop.World;

namespace Interop.Independent;

/// <summary>At Better Auth with its OAuth provider, whose ID tokens are signed with EdDSA unless it is told otherwise.</summary>
[Against("Better Auth with its OAuth provider", "@better-auth/oauth-provider")]
public class AtBetterAuth(Servers servers) : PlainPages
{
    protected override Task<Server> StartAsync() => servers.BetterAuthAsync([]);

    protected override Task<JsonObject> RefreshAsync(string product, string refreshToken) => PostAsync(
        Server, "oauth2/token", ("grant_type", "refresh_token"), ("client_id", $"{product}-cli"), ("refresh_token", refreshToken));

    [Fact]
    public async Task Denied_in_the_device_flow()
    {
        var run = await SignInAsync(Product("datagen"), "device", "deny");

        Assert.Equal((5, ""), (run.ExitCode, run.StandardOutput));
        Assert.False(File.Exists);
    }

    [Fact]
    public async Task A_refresh_token_that_was_used_before_ends_the_session()
    {
        var cli = Product("datagen");
        await SignInAsync(cli, "device");
        var stolen = File.Bytes();
        await cli.RunAsync("auth", "token", "--refresh");
        var refresh = File["refresh_token"];
        File.Put(System.Text.Encoding.UTF8.GetString(stolen));

        (await cli.RunAsync("auth", "token", "--refresh")).IsError(4, "expired or was revoked", "datagen auth login");

        Assert.Equal("invalid_grant", (string?)(await RefreshAsync("datagen", refresh))["error"]);
    }
}
