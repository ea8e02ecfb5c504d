using System.Text;

namespace WholeProgram;

/// <summary>No secret is shown, however much is traced.</summary>
public class Secrets : Situation
{
    [Theory]
    [InlineData("1", "")]
    [InlineData("", "--verbose")]
    public async Task Are_in_no_output_over_a_whole_life(string debug, string option)
    {
        string[] more = option.Length == 0 ? [] : [option];
        var cli = Datagen.With("DATAGEN_DEBUG", debug);
        var secrets = new HashSet<string>();
        var outputs = new List<Run>();

        outputs.Add(await SignInAsync(cli, You, more));
        Collect();
        outputs.Add(await cli.RunAsync(["auth", "status", .. more]));
        outputs.Add(await cli.RunAsync(["auth", "org", "--list", "--format", "json", .. more]));
        outputs.Add(await cli.RunAsync(["auth", "org", "--use", "test-org", .. more]));
        Service.Clock.Advance(TimeSpan.FromHours(2));
        outputs.Add(await cli.RunAsync(["auth", "status", .. more]));
        Collect();
        var token = await cli.RunAsync(["auth", "token", "--refresh", .. more]);
        Collect();
        Assert.Equal($"{File["access_token"]}\n", token.StandardOutput);
        outputs.Add(token with { StandardOutput = "" });
        outputs.Add(await cli.RunAsync(["auth", "org", "--use", "strangers", .. more]));
        outputs.Add(await cli.RunAsync(["auth", "logout", .. more]));

        Assert.Equal([0, 0, 0, 0, 0, 0, 1, 0], outputs.Select(run => run.ExitCode));
        Assert.Equal(10, secrets.Count); // Three sign-in or refresh answers of three tokens each, and the device code.
        Assert.All(outputs, run =>
        {
            Assert.Contains($" {Service.Issuer}/", run.StandardError, StringComparison.Ordinal);
            Assert.Contains("[redacted]", run.StandardError, StringComparison.Ordinal);
            Assert.All(secrets, secret => Assert.DoesNotContain(secret, run.StandardOutput + run.StandardError, StringComparison.Ordinal));
        });

        void Collect()
        {
            secrets.UnionWith([File["access_token"], File["refresh_token"], File["id_token"]]);
            secrets.UnionWith(Service.Log.To("/token").Select(request => request.Field("device_code")).OfType<string>());
        }
    }

    [Fact]
    public async Task Are_not_traced_unless_asked()
    {
        await SignedInAsync();

        Assert.Equal("", (await Datagen.With("DATAGEN_DEBUG", "0").RunAsync("auth", "status")).StandardError);
        Assert.Equal("", (await Datagen.With("GENLABZ_DEBUG", "1").RunAsync("auth", "status")).StandardError);
    }

    [Fact]
    public async Task Are_in_no_output_when_the_environment_or_standard_input_gave_them()
    {
        await SignedInAsync();
        var token = File["access_token"];
        var cli = Datagen.With("DATAGEN_DEBUG", "1");
        Run[] runs =
        [
            await cli.With("DATAGEN_TOKEN", token).RunAsync("auth", "status"),
            await cli.With("DATAGEN_TOKEN", "refused-secret").RunAsync("auth", "status"),
            await cli.With("DATAGEN_TOKEN", "refused secret").RunAsync("auth", "status"),
            await cli.With("DATAGEN_TOKEN", "refused-secret").RunAsync("auth", "login"),
            await cli.RunWithInputAsync(token, "auth", "login", "--with-token"),
            await cli.RunWithInputAsync("refused-secret", "auth", "login", "--with-token"),
            await cli.RunWithInputAsync("refused secret", "auth", "login", "--with-token"),
        ];

        Assert.Equal([0, 4, 1, 1, 0, 1, 1], runs.Select(run => run.ExitCode));
        Assert.All(runs, run =>
        {
            Assert.DoesNotContain(token, run.StandardOutput + run.StandardError, StringComparison.Ordinal);
            Assert.DoesNotContain("secret", run.StandardOutput + run.StandardError, StringComparison.Ordinal);
        });
    }

    [Theory]
    [InlineData("DATAGEN_DEBUG", "1")]
    [InlineData("DATAGEN_DEBUG", "")]
    public async Task Are_in_no_output_even_if_the_server_repeats_them(string variable, string value)
    {
        await SignedInAsync();
        File.ExpiresIn(TimeSpan.FromMinutes(-1));
        var refreshToken = File["refresh_token"];
        Service.Faults.Add(new LocalService.Faults.Fault("/token")
        {
            Status = 400,
            Body = $$"""{"error":"invalid_request","error_description":"{{refreshToken}} is malformed"}""",
        });

        var run = await Datagen.With(variable, value).RunAsync("auth", "status");

        Assert.Equal((1, ""), (run.ExitCode, run.StandardOutput));
        Assert.Contains("malformed", run.StandardError, StringComparison.Ordinal);
        Assert.DoesNotContain(refreshToken, run.StandardError, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Are_not_among_the_arguments_and_the_environment_of_a_running_sign_in()
    {
        using var login = Datagen.Start("auth", "login");
        await Eventually.HappensAsync(() => Service.Log.To("/token").Count > 0, () => login.ErrorSoFar, Stop);
        var deviceCode = Service.Log.To("/token")[0].Field("device_code")!;

        Assert.Equal($"{Datagen.Program}\0auth\0login\0", await ReadAsync("cmdline"));
        if (Environment.IsPrivilegedProcess) Assert.DoesNotContain(deviceCode, await ReadAsync("environ"), StringComparison.Ordinal);

        async Task<string> ReadAsync(string name) => Encoding.UTF8.GetString(await System.IO.File.ReadAllBytesAsync($"/proc/{login.Id}/{name}", Stop));
    }

    [Fact]
    public async Task Are_in_nothing_that_a_life_leaves_behind()
    {
        Directory.CreateDirectory(Home["tmp"]);
        var browser = Home.Script("browser", $"""
            cat /proc/$$/cmdline /proc/$$/environ /proc/$PPID/cmdline >'{Home.Path}/seen.new'
            mv '{Home.Path}/seen.new' '{Home.Path}/seen'
            """);
        var cli = Datagen.With("BROWSER", browser).With("TMPDIR", Home["tmp"]).With("DATAGEN_DEBUG", "1")
            .With("GENLABZ_TOKEN", "planted-token").With("GENLABZ_CLIENT_SECRET", "planted-other-secret");
        var secrets = new HashSet<string> { "planted-token", "planted-other-secret" };
        Run signedIn;
        using (var login = cli.StartAtTerminal("auth", "login"))
        {
            await ApproveAsync(login);
            signedIn = await login.ExitAsync(Stop);
        }

        Assert.Equal(0, signedIn.ExitCode);
        Collect();
        var token = await cli.RunAsync("auth", "token", "--refresh");
        Collect();
        Assert.Equal(0, (await cli.RunAsync("auth", "org", "--use", "test-org")).ExitCode);
        Nowhere(except: File.Path);
        Assert.Equal(0, (await cli.RunAsync("auth", "logout")).ExitCode);

        Assert.True(secrets.Count >= 9, $"{secrets.Count} secrets");
        Nowhere(except: null);
        Assert.Empty(Directory.GetFileSystemEntries(Home["tmp"]));
        Assert.All(secrets, secret => Assert.DoesNotContain(secret, signedIn.StandardOutput + signedIn.StandardError + token.StandardError, StringComparison.Ordinal));

        void Collect()
        {
            secrets.UnionWith([File["access_token"], File["refresh_token"], File["id_token"]]);
            secrets.UnionWith(Service.Log.To("/token").Select(request => request.Field("device_code")).OfType<string>());
        }

        void Nowhere(string? except)
        {
            var files = Directory.GetFiles(Home.Path, "*", SearchOption.AllDirectories).Where(path => path != except).ToArray();
            Assert.Contains(Home["seen"], files);
            Assert.All(files, path =>
            {
                var content = System.IO.File.ReadAllText(path, Encoding.Latin1);
                Assert.All(secrets, secret => Assert.DoesNotContain(secret, content, StringComparison.Ordinal));
            });
        }
    }

    [Fact]
    public async Task Are_in_no_core_file()
    {
        Assert.SkipUnless((await System.IO.File.ReadAllTextAsync("/proc/sys/kernel/core_pattern", Stop)).StartsWith("core", StringComparison.Ordinal), "core files go elsewhere");
        Directory.CreateDirectory(Home["here"]);
        using var login = Datagen.StartInShell($"ulimit -c unlimited && cd '{Home["here"]}' && exec \"$@\"", "auth", "login");
        await login.UserCodeAsync(Stop);

        login.Send(Signal.Abort);

        Assert.Equal(128 + (int)Signal.Abort, (await login.ExitAsync(Stop)).ExitCode);
        Assert.Empty(Directory.GetFileSystemEntries(Home["here"]));
    }

    [Fact]
    public async Task Cannot_be_read_from_memory_and_environment_by_another_process_of_the_same_user()
    {
        using var login = UnprivilegedUser.Of(Datagen.With("GENLABZ_TOKEN", "planted-token"), Home).Start("auth", "login");
        await login.UserCodeAsync(Stop);
        var other = UnprivilegedUser.Of(Datagen with { Program = "/bin/cat" }, Home);

        foreach (var name in (string[])["environ", "maps", "mem"])
        {
            var run = await other.RunAsync($"/proc/{login.Id}/{name}");
            Assert.Equal((1, ""), (run.ExitCode, run.StandardOutput));
            Assert.Contains("Permission denied", run.StandardError, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Are_told_to_no_other_server_by_a_redirect()
    {
        await SignedInAsync();
        await using var other = await LocalService.Hosting.IdentityService.StartAsync();
        var elsewhere = new Dictionary<string, string> { ["Location"] = $"{other.Issuer}/userinfo" };
        Service.Faults.Add(new LocalService.Faults.Fault("/userinfo") { Status = 307, Headers = elsewhere });

        (await Datagen.RunAsync("auth", "status")).IsError(1, "/userinfo");

        Assert.Empty(other.Log.Snapshot());
    }
}
