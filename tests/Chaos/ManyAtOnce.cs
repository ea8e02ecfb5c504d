using LocalService.Observing;

namespace Chaos;

/// <summary>Hundreds of processes, at a service that rotates refresh tokens and ends a session over a reused one.</summary>
public class ManyAtOnce : Situation
{
    private const int Processes = 200;

    private static readonly string[] s_organizations = ["yourcompany", "test-org"];

    private Cli Sample => Datagen with { Program = Executable.Path("sample") };

    private IEnumerable<LoggedRequest> Refreshes => Service.Log.To("/token").Where(request => request.Field("grant_type") == "refresh_token");

    [Fact]
    public async Task Of_rounds_on_an_expired_token_each_spends_one_grant()
    {
        var dice = Plan.Of(nameof(Of_rounds_on_an_expired_token_each_spends_one_grant));
        await SignedInAsync();
        var rounds = 0;
        await using var watcher = new ReadOnlyReader(File);
        foreach (var round in Plan.Repeat(3))
        {
            File.ExpiresIn(TimeSpan.FromMinutes(-1));
            Forget();
            var old = File["refresh_token"];
            var kinds = Enumerable.Range(0, Processes).Select(_ => dice.Next(5)).ToArray();

            var runs = await Task.WhenAll(kinds.Select(kind => kind switch
            {
                0 => Datagen.RunAsync("auth", "status"),
                1 => Sample.RunAsync($"{Service.Issuer}/userinfo"),
                _ => Datagen.RunAsync("auth", "token"),
            }));

            Assert.All(runs, run => Assert.Equal((0, ""), (run.ExitCode, run.StandardError)));
            Assert.All(runs.Zip(kinds), pair => Assert.Contains(pair.Second > 1 ? File["access_token"] : You, pair.First.StandardOutput, StringComparison.Ordinal));
            Assert.Single(Refreshes);
            Assert.Single(Service.Events.Of<RefreshRotated>());
            Assert.Empty(Service.Events.Of<RefreshReuseDetected>());
            Assert.NotEqual(old, File["refresh_token"]);
            Assert.True(Service.IsActive(File["refresh_token"]));
            Assert.Empty(File.Leftovers());
            rounds++;
        }

        watcher.HasSeenNoBrokenFile();
        Plan.Report($"{rounds} rounds of {Processes} processes on an expired token: {rounds} grants spent, none twice; {watcher.Readings} readings of the file, none broken");
    }

    [Fact]
    public async Task With_sign_ins_switches_and_sign_outs_in_between_no_grant_is_spent_twice()
    {
        var dice = Plan.Of(nameof(With_sign_ins_switches_and_sign_outs_in_between_no_grant_is_spent_twice));
        int rounds = 0, processes = 0, spent = 0;
        await using var watcher = new ReadOnlyReader(File);
        foreach (var round in Plan.Repeat(8))
        {
            if (!File.Exists || File.Json["refresh_token"] is null || !Service.IsActive(File["refresh_token"])) await SignedInAsync();
            File.ExpiresIn(TimeSpan.FromMinutes(-1));
            Forget();
            var other = (string)(await DirectSignIn.TokensAsync(Service, You, "datagen-cli", Stop))["access_token"]!;
            var disturbance = (Disturbance)(round % 4);
            var delays = Enumerable.Range(0, Processes / 4).Select(_ => dice.Next(60)).ToArray();
            var kinds = delays.Select(_ => dice.Next(6)).ToArray();
            var disturbedAfter = dice.Next(60);

            var disturbing = DisturbAsync(disturbance, disturbedAfter, other);
            var runs = await Task.WhenAll(kinds.Select(async (kind, i) =>
            {
                await Task.Delay(delays[i], Stop);
                return await (kind switch
                {
                    0 => Datagen.RunAsync("auth", "status"),
                    1 => Sample.RunAsync($"{Service.Issuer}/userinfo"),
                    2 => Datagen.RunAsync("auth", "org", "--use", s_organizations[i % 2]),
                    _ => Datagen.RunAsync("auth", "token"),
                });
            }));
            Assert.Equal(0, (await disturbing).ExitCode);

            // Only where somebody signs out may anybody be told that nobody is signed in; the sample has one code for all trouble.
            int[] allowed = disturbance is Disturbance.SignOut or Disturbance.SignOutAndIn ? [0, 4] : [0];
            Assert.All(runs.Zip(kinds), pair => Assert.Contains(pair.First.ExitCode, pair.Second == 1 && allowed.Length > 1 ? [0, 1] : allowed));
            Assert.InRange(Refreshes.Count(), 0, 1);
            Assert.Empty(Service.Events.Of<RefreshReuseDetected>());
            Assert.Equal(disturbance == Disturbance.SignOut, !File.Exists);
            if (File.Exists) Assert.True(Service.IsActive(File["access_token"]));
            Assert.Empty(File.Leftovers());
            rounds++;
            processes += runs.Length + 1;
            spent += Refreshes.Count();
        }

        watcher.HasSeenNoBrokenFile();
        Plan.Report($"{rounds} rounds with sign-ins, switches and sign-outs in between, {processes} processes: {spent} grants spent, none twice; {watcher.Readings} readings of the file, none broken");
    }

    private async Task<Run> DisturbAsync(Disturbance disturbance, int after, string accessToken)
    {
        await Task.Delay(after, Stop);
        switch (disturbance)
        {
            case Disturbance.SignInWithToken:
                return await Datagen.RunWithInputAsync(accessToken, "auth", "login", "--with-token");
            case Disturbance.SignInByDevice:
                return await SignInAsync(Datagen, You);
            case Disturbance.SignOut:
                return await Datagen.RunAsync("auth", "logout");
            default:
                Assert.Equal(0, (await Datagen.RunAsync("auth", "logout")).ExitCode);
                return await SignInAsync(Datagen, You);
        }
    }

    private enum Disturbance
    {
        SignInByDevice,
        SignInWithToken,
        SignOut,
        SignOutAndIn,
    }
}
