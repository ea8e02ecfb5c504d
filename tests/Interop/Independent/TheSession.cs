using System.Net;
using Interop.World;

namespace Interop.Independent;

public class TheSession(Servers servers) : ProviderSituation(servers)
{
    private const string Status = "email: you@yourcompany.com\nactive_org_slug: test-org\nrole: member\n";

    private Cli _datagen = null!;

    public override async ValueTask InitializeAsync()
    {
        await base.InitializeAsync();
        _datagen = Datagen(Provider);
        Assert.Equal(0, (await SignInByBrowserAsync(_datagen)).ExitCode);
    }

    [Fact]
    public async Task Status_organizations_and_switching_between_them()
    {
        Assert.Equal(new Run(0, Status, ""), await _datagen.RunAsync("auth", "status"));
        Assert.Equal(
            new Run(0, "email: you@yourcompany.com\nactive_org_slug: yourcompany\nrole: admin\n", ""),
            await _datagen.RunAsync("auth", "org", "--use", "yourcompany"));
        Assert.Contains("yourcompany", (await _datagen.RunAsync("auth", "org", "--list")).StandardOutput, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_refresh_rotates_the_refresh_token()
    {
        var (access, refresh) = (File["access_token"], File["refresh_token"]);

        var run = await _datagen.RunAsync("auth", "token", "--refresh");

        Assert.Equal(new Run(0, $"{File["access_token"]}\n", ""), run);
        Assert.NotEqual(access, File["access_token"]);
        Assert.NotEqual(refresh, File["refresh_token"]);
        Assert.True(await IsActiveAsync(Provider, File["access_token"]));
        Assert.False(await IsActiveAsync(Provider, refresh));
    }

    [Fact]
    public async Task A_refresh_token_that_was_used_before_ends_the_whole_session()
    {
        var stolen = File.Bytes();
        await _datagen.RunAsync("auth", "token", "--refresh");
        var (access, refresh) = (File["access_token"], File["refresh_token"]);
        File.Put(System.Text.Encoding.UTF8.GetString(stolen));

        (await _datagen.RunAsync("auth", "token", "--refresh")).IsError(4, "expired or was revoked", "datagen auth login");

        Assert.Equal(stolen, File.Bytes());
        Assert.False(await IsActiveAsync(Provider, access));
        Assert.False(await IsActiveAsync(Provider, refresh));
    }

    [Fact] // Finding 2, on refresh.
    public async Task A_refresh_keeps_what_the_new_ID_token_does_not_tell()
    {
        var cli = GenLabZ(Provider);
        await SignInByBrowserAsync(cli);
        var idToken = GenLabZFile["id_token"];
        await Task.Delay(TimeSpan.FromSeconds(1.1), Stop); // ID tokens of one second are the same.

        Assert.Equal(0, (await cli.RunAsync("auth", "token", "--refresh")).ExitCode);

        Assert.NotEqual(idToken, GenLabZFile["id_token"]);
        Assert.StartsWith(
            "Email: you@yourcompany.com\nGroups: authors, reviewers\n", (await cli.RunAsync("auth", "status")).StandardOutput, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_session_that_is_revoked_elsewhere_has_ended()
    {
        await PostAsync(Provider, "token/revocation", ("client_id", "datagen-cli"), ("token", File["refresh_token"]));
        Assert.Equal(HttpStatusCode.Unauthorized, await AskUserInfoAsync(Provider, "me", File["access_token"]));
        var before = File.Bytes();

        (await _datagen.RunAsync("auth", "status")).IsError(4, "expired or was revoked", "datagen auth login");

        Assert.Equal(before, File.Bytes());
    }

    [Fact]
    public async Task Eight_processes_that_refresh_at_once_make_one_session()
    {
        File.ExpiresIn(TimeSpan.FromMinutes(-1));

        var runs = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => _datagen.RunAsync("auth", "token")));

        Assert.All(runs, run => Assert.Equal(new Run(0, $"{File["access_token"]}\n", ""), run));
        Assert.True(await IsActiveAsync(Provider, File["refresh_token"]));
    }

    [Fact]
    public async Task Logout_leaves_no_token_alive()
    {
        var (access, refresh) = (File["access_token"], File["refresh_token"]);

        Assert.Equal(new Run(0, "status: logged_out\n", ""), await _datagen.RunAsync("auth", "logout"));

        Assert.False(File.Exists);
        Assert.False(await IsActiveAsync(Provider, access));
        Assert.False(await IsActiveAsync(Provider, refresh));
        Assert.Equal(HttpStatusCode.Unauthorized, await AskUserInfoAsync(Provider, "me", access));
        Assert.Equal(
            "invalid_grant",
            (string?)(await PostAsync(
                Provider, "token", ("grant_type", "refresh_token"), ("client_id", "datagen-cli"), ("refresh_token", refresh)))["error"]);
    }

    [Fact]
    public async Task Logout_of_a_session_that_is_over_already_works()
    {
        await PostAsync(Provider, "token/revocation", ("client_id", "datagen-cli"), ("token", File["refresh_token"]));

        Assert.Equal(new Run(0, "status: logged_out\n", ""), await _datagen.RunAsync("auth", "logout"));
    }

    [Fact]
    public async Task A_token_from_elsewhere_signs_in_and_a_dead_one_does_not()
    {
        var other = Datagen(Provider).With("DATAGEN_CONFIG_DIR", Home["other"]);

        var run = await other.RunWithInputAsync(File["access_token"], "auth", "login", "--with-token");

        Assert.Equal((0, ""), (run.ExitCode, run.StandardError));
        (await other.RunWithInputAsync("no-such-token", "auth", "login", "--with-token")).IsError(1, "refused the token");
    }
}
