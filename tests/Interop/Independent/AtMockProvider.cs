using Interop.World;

namespace Interop.Independent;

/// <summary>At MongoDB's mock, which has no UserInfo, no revocation and no refresh, and approves whatever comes.</summary>
[Against("oidc-mock-provider", "@mongodb-js/oidc-mock-provider")]
public class AtMockProvider(Servers servers) : ReportedSituation
{
    private Server Mock { get; set; } = null!;

    public override async ValueTask InitializeAsync()
    {
        await base.InitializeAsync();
        Mock = await servers.MockAsync();
    }

    [Theory]
    [InlineData("device")]
    [InlineData("browser")]
    public async Task Who_it_is_comes_from_the_ID_token_alone(string flow)
    {
        var cli = GenLabZ(Mock);
        using var login = cli.Start("auth", "login", "--flow", flow);
        using var person = new Person();
        if (flow == "browser") await person.OpenAsync(new Uri(await login.SaysAsync(@"^Open: (\S+)$", Stop)), Stop);

        Assert.Equal(0, (await login.ExitAsync(Stop)).ExitCode);
        Assert.StartsWith("Email: you@yourcompany.com\nGroups: authors, reviewers\n", (await cli.RunAsync("auth", "status")).StandardOutput, StringComparison.Ordinal);
        var logout = await cli.RunAsync("auth", "logout");
        Assert.Equal((0, "Logged out. Tokens cleared.\n"), (logout.ExitCode, logout.StandardOutput));
        Assert.Contains("warning", logout.StandardError, StringComparison.Ordinal);
        Assert.False(GenLabZFile.Exists);
    }

    [Fact] // It answers 500 with the words of a JavaScript error.
    public async Task A_refresh_that_fails_over_there_loses_nothing()
    {
        var cli = GenLabZ(Mock);
        using var login = cli.Start("auth", "login", "--flow", "device");
        await login.ExitAsync(Stop);
        var before = GenLabZFile.Bytes();

        (await cli.RunAsync("auth", "token", "--refresh")).IsError(3);

        Assert.Equal(before, GenLabZFile.Bytes());
    }
}
