using System.Diagnostics;
using System.Net;
using Interop.World;

namespace Interop.Independent;

/// <summary>At a provider whose codes and tokens live for seconds.</summary>
public class Lifetimes(Servers servers) : ProviderSituation(servers)
{
    protected override IEnumerable<(string Name, string Value)> Settings =>
        [("ACCESS_TOKEN_TTL", "4"), ("REFRESH_TOKEN_TTL", "12"), ("DEVICE_CODE_TTL", "7")];

    [Fact] // Finding 9 was seen here.
    public async Task A_code_that_nobody_approves_expires()
    {
        using var login = Datagen(Provider).Start("auth", "login");
        var prompt = await login.UserCodeAsync(Stop);

        (await login.ExitAsync(Stop)).IsErrorAfter($"User code: {prompt.UserCode}\nVerify at: {prompt.VerificationUri}\n\n", 5, "expired");

        using var person = new Person();
        var page = await EnterCodeAsync(person, prompt);
        Assert.DoesNotContain("Confirm Device", page.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_access_token_that_expired_before_its_time_is_replaced_after_the_401()
    {
        var cli = Datagen(Provider);
        await SignInByBrowserAsync(cli);
        var (access, refresh) = (File["access_token"], File["refresh_token"]);
        await Task.Delay(TimeSpan.FromSeconds(5), Stop);
        Assert.Equal(HttpStatusCode.Unauthorized, await AskUserInfoAsync(Provider, "me", access));
        File.ExpiresIn(TimeSpan.FromHours(1)); // As where this machine's clock is slow.

        var run = await cli.RunAsync("auth", "status");

        Assert.Equal(new Run(0, "email: you@yourcompany.com\nactive_org_slug: test-org\nrole: member\n", ""), run);
        Assert.NotEqual((access, refresh), (File["access_token"], File["refresh_token"]));
    }

    [Fact]
    public async Task A_refresh_token_that_has_expired_ends_the_session()
    {
        var cli = Datagen(Provider);
        await SignInByBrowserAsync(cli);
        await Task.Delay(TimeSpan.FromSeconds(13), Stop);
        var before = File.Bytes();

        (await cli.RunAsync("auth", "status")).IsError(4, "expired or was revoked", "datagen auth login");

        Assert.Equal(before, File.Bytes());
    }
}

/// <summary>At a provider that finds the first poll too quick.</summary>
public class SlowDown(Servers servers) : ProviderSituation(servers)
{
    protected override IEnumerable<(string Name, string Value)> Settings => [("SLOW_DOWNS", "1")];

    [Fact]
    public async Task Slow_down_makes_the_wait_five_seconds_longer()
    {
        var start = Stopwatch.GetTimestamp();

        var run = await SignInByDeviceAsync(Datagen(Provider), You, "--verbose");

        Assert.Equal(0, run.ExitCode);
        Assert.Contains("error: slow_down", run.StandardError, StringComparison.Ordinal);
        Assert.True(Stopwatch.GetElapsedTime(start) >= TimeSpan.FromSeconds(5 + 10));
    }
}
