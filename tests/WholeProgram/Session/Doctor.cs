using System.Diagnostics;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Nodes;
using LocalService.Faults;
using LocalService.Hosting;

namespace WholeProgram.Session;

public class Doctor : Situation
{
    private static readonly string[] Probes =
    [
        "HEAD /authorize", "HEAD /device_authorization", "HEAD /jwks", "HEAD /revoke", "HEAD /token", "HEAD /userinfo",
    ];

    private const string Discovery = "/.well-known/openid-configuration";

    /// <summary>What it found, by name; nothing in it is anybody's secret.</summary>
    private async Task<Dictionary<string, (string Status, string Message, string? Hint)>> FindsAsync(Cli cli, int exitCode, params string[] secrets)
    {
        var run = await cli.RunAsync("auth", "doctor", "--format", "json");

        Assert.Equal((exitCode, ""), (run.ExitCode, run.StandardError));
        Assert.Matches(@"\A[^\n]+\n\z", run.StandardOutput);
        var answer = JsonNode.Parse(run.StandardOutput)!.AsObject();
        Assert.Equal(["ok", "checks"], answer.Select(member => member.Key));
        Assert.Equal(exitCode == 0, (bool)answer["ok"]!);
        Assert.All(answer["checks"]!.AsArray(), check => Assert.Equal(["name", "status", "message", "hint"], check!.AsObject().Select(member => member.Key)));
        Assert.All(
            new[] { Home.Path, You, Author, "@" }.Concat(secrets).Concat(TokensIn(File)).Concat(TokensIn(GenLabZFile)),
            secret => Assert.DoesNotContain(secret, run.StandardOutput, StringComparison.Ordinal));
        return answer["checks"]!.AsArray().ToDictionary(
            check => (string)check!["name"]!, check => ((string)check!["status"]!, (string)check["message"]!, (string?)check["hint"]));
    }

    private static IEnumerable<string> TokensIn(Credentials file)
    {
        if (!file.Exists || file.Bytes() is not [(byte)'{', .., (byte)'}']) return [];
        var json = file.Json;
        return new[] { "access_token", "refresh_token", "id_token" }.Select(key => (string?)json[key]).OfType<string>();
    }

    [Fact]
    public async Task Finds_all_well_on_one_screen()
    {
        await SignedInAsync();
        var before = File.Bytes();

        var run = await Datagen.RunAsync("auth", "doctor");

        Assert.Equal((0, ""), (run.ExitCode, run.StandardError));
        var lines = run.StandardOutput.Split('\n');
        Assert.InRange(lines.Length, 15, 24);
        Assert.StartsWith("ok      program: datagen 1.0.0, linux-", lines[0], StringComparison.Ordinal);
        Assert.Equal($"ok      environment: DATAGEN_ISSUER={Service.Issuer}", lines[1]);
        Assert.Equal("ok      profile: default", lines[2]);
        Assert.Equal("ok      file: ~/.config/datagen/credentials.json, mode 0600 in a folder of mode 0700", lines[3]);
        Assert.Equal("ok      folder: ~/.config/datagen can be written", lines[4]);
        Assert.Matches(@"^ok      token: stored \d+ seconds ago, expires in \d+ minutes, with a refresh token$", lines[5]);
        Assert.Contains("ok      clock: agrees with the server's", lines);
        Assert.Contains($"ok      token_endpoint: {Service.Issuer}/token answers", lines);
        Assert.Contains("ok      userinfo: the server knows whose token it is, and names 2 organizations", lines);
        Assert.Equal(["all is well", ""], lines[^2..]);
        Assert.Equal([$"GET {Discovery}", "GET /userinfo", .. Probes], Requests.OrderBy(request => request.StartsWith("HEAD", StringComparison.Ordinal) ? request : ""));
        Assert.All(Service.Log.Snapshot(), request => Assert.Equal(request.Path == "/userinfo" && request.Method == "GET", request.Header("Authorization") is not null));
        Assert.Equal(before, File.Bytes());
        Assert.Equal(["credentials.json"], File.Siblings);
    }

    [Fact]
    public async Task Of_GenLabZ_looks_at_what_GenLabZ_needs()
    {
        await SignedInToGenLabZAsync();

        var found = await FindsAsync(GenLabZ, 0);

        Assert.Equal(("ok", "~/.genlabz/credentials.json, mode 0600 in a folder of mode 0700", null), found["file"]);
        Assert.Equal(("ok", "the server knows whose token it is, and names 1 groups", null), found["userinfo"]);
    }

    [Fact]
    public async Task Works_with_nobody_signed_in_and_leaves_no_trace()
    {
        var found = await FindsAsync(Datagen, 0);

        Assert.Equal(("warning", "~/.config/datagen/credentials.json does not exist: nobody is signed in", "run datagen auth login"), found["file"]);
        Assert.Equal("skipped", found["token"].Status);
        Assert.Equal("skipped", found["userinfo"].Status);
        Assert.Equal("ok", found["discovery"].Status);
        Assert.DoesNotContain("GET /userinfo", Requests);
        Assert.False(Directory.Exists(File.Folder));
    }

    [Fact]
    public async Task Names_the_profile_in_its_hints()
    {
        var found = await FindsAsync(Datagen.With("DATAGEN_PROFILE", "work"), 0);

        Assert.Equal("run datagen auth login --profile work", found["file"].Hint);
        Assert.Equal(("ok", "work", null), found["profile"]);
        Assert.Equal("failed", (await FindsAsync(Datagen.With("DATAGEN_PROFILE", "../x"), 1))["profile"].Status);
    }

    [Fact]
    public async Task Works_with_a_broken_file()
    {
        File.Put("{");

        var found = await FindsAsync(Datagen, 1);

        Assert.Equal("failed", found["file"].Status);
        Assert.StartsWith("datagen auth login replaces it", found["file"].Hint, StringComparison.Ordinal);
        Assert.Equal("ok", found["discovery"].Status);
        Assert.Equal("{"u8, File.Bytes());
    }

    [Fact]
    public async Task Tells_of_permissions_that_were_too_wide()
    {
        await SignedInAsync();
        System.IO.File.SetUnixFileMode(File.Path, OwnerOnly | UnixFileMode.GroupRead);
        System.IO.File.SetUnixFileMode(File.Folder, (UnixFileMode)0x1ED);

        var found = await FindsAsync(Datagen, 0);

        Assert.Equal(("warning", "~/.config/datagen/credentials.json could be read by others; its permissions are now 0600"), (found["file"].Status, found["file"].Message));
        Assert.Equal(("warning", "~/.config/datagen can be entered by others"), (found["folder"].Status, found["folder"].Message));
    }

    [Fact]
    public async Task Works_without_a_server()
    {
        await SignedInAsync();
        await Service.DisposeAsync();

        var found = await FindsAsync(Datagen, 1);

        Assert.Equal(("failed", $"can't reach {Service.IssuerUri.Authority}: no connection could be made"), (found["discovery"].Status, found["discovery"].Message));
        Assert.NotNull(found["discovery"].Hint);
        Assert.All(["clock", "token_endpoint", "device_authorization_endpoint", "userinfo"], name => Assert.Equal(("skipped", "not reached", null), found[name]));
        Assert.Single(found.Values, check => check.Status == "failed");
        Assert.Equal("ok", found["file"].Status);
    }

    [Fact]
    public async Task Takes_a_dead_proxy_for_the_one_cause()
    {
        var found = await FindsAsync(Datagen.With("DATAGEN_ISSUER", "https://id.invalid").With("HTTPS_PROXY", "http://127.0.0.1:9"), 1);

        Assert.Equal("failed", found["proxy"].Status);
        Assert.NotNull(found["proxy"].Hint);
        Assert.Equal("not reached", found["discovery"].Message);
        Assert.Single(found.Values, check => check.Status == "failed");
    }

    [Fact]
    public async Task Sees_that_the_bundle_that_was_named_is_none()
    {
        await SignedInAsync();

        var found = await FindsAsync(Datagen.With("SSL_CERT_FILE", Home["missing.pem"]), 1);

        Assert.Equal(("failed", "SSL_CERT_FILE names ~/missing.pem: there is no such file"), (found["tls"].Status, found["tls"].Message));
        Libc.MakeFifo(Home["missing.pem"]);
        Assert.Contains("it is not a file", (await FindsAsync(Datagen.With("SSL_CERT_FILE", Home["missing.pem"]), 1))["tls"].Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Sees_that_no_credential_could_be_stored()
    {
        var stranger = UnprivilegedUser.Of(Datagen, Home);
        System.IO.File.SetUnixFileMode(Home.Path, UnixFileMode.UserRead | UnixFileMode.UserExecute);

        var run = await stranger.RunAsync("auth", "doctor");

        System.IO.File.SetUnixFileMode(Home.Path, OwnerOnly | UnixFileMode.UserExecute);
        Assert.Equal(1, run.ExitCode);
        Assert.Matches("(?m)^failed  folder: [^\n]*Permission denied\n        hint: [^\n]*DATAGEN_CONFIG_DIR", run.StandardOutput);
    }

    [Fact]
    public async Task Sees_that_a_file_that_is_mounted_by_itself_cannot_be_replaced()
    {
        const string Tool = "/usr/bin/bwrap";
        Assert.SkipUnless(System.IO.File.Exists(Tool), "needs bubblewrap");
        await SignedInAsync();

        var run = await (Datagen with { Program = Tool }).RunAsync(
            "--bind", "/", "/", "--dev-bind", "/dev", "/dev", "--bind", File.Path, File.Path, "--", Datagen.Program, "auth", "doctor");

        Assert.Equal(1, run.ExitCode);
        Assert.Contains("failed  folder: ~/.config/datagen/credentials.json is mounted by itself, and can't be replaced\n        hint: mount its folder instead\n", run.StandardOutput, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Takes_an_error_to_its_own_bare_request_for_no_failure()
    {
        await SignedInAsync();
        Service.Faults.Add(new Fault("/token") { Status = 503, Body = "", When = request => request.Method == "HEAD" });

        var found = await FindsAsync(Datagen, 0);

        Assert.Equal(("warning", $"{Service.Issuer}/token answers 503 to a request that asks for nothing"), (found["token_endpoint"].Status, found["token_endpoint"].Message));
    }

    [Theory]
    [InlineData("/userinfo", "userinfo")]
    public async Task Takes_too_many_requests_for_no_failure(string path, string row)
    {
        await SignedInAsync();
        Service.Faults.Add(new Fault(path)
        {
            Times = 5,
            Status = 429,
            Body = "",
            Headers = new Dictionary<string, string> { ["Retry-After"] = "7" },
            When = request => request.Method == "GET",
        });

        var found = await FindsAsync(Datagen, 0);

        Assert.Equal(("warning", "try again in 7 seconds"), (found[row].Status, found[row].Hint));
    }

    [Theory]
    [InlineData(true, 0, "warning")]
    [InlineData(false, 1, "failed")]
    public async Task Needs_a_device_endpoint_only_where_nobody_is_signed_in(bool signedIn, int exitCode, string status)
    {
        if (signedIn) await SignedInAsync();
        if (signedIn) File.Set("endpoints", null);
        Changes(Discovery, "device_authorization_endpoint", null);

        var found = await FindsAsync(Datagen, exitCode);

        Assert.Equal((status, "the server offers none"), (found["device_authorization_endpoint"].Status, found["device_authorization_endpoint"].Message));
    }

    [Fact]
    public async Task Waits_five_seconds_for_a_server_that_does_not_answer()
    {
        await SignedInAsync();
        Service.Faults.Add(new Fault(Discovery) { Delay = TimeSpan.FromMinutes(1) });
        Service.Faults.Add(new Fault("/token") { Delay = TimeSpan.FromMinutes(1) });
        Service.Faults.Add(new Fault("/revoke") { Delay = TimeSpan.FromMinutes(1) });
        var watch = Stopwatch.StartNew();

        var found = await FindsAsync(Datagen, 1);

        Assert.InRange(watch.Elapsed.TotalSeconds, 9.5, 16);
        Assert.All(["discovery", "token_endpoint", "revocation_endpoint"], name => Assert.Equal(("failed", "no answer within 5 seconds"), (found[name].Status, found[name].Message)));
        Assert.Equal("ok", found["userinfo"].Status);
    }

    [Theory]
    [InlineData(-95, 0, "warning", "behind")]
    [InlineData(95, 0, "warning", "ahead of")]
    [InlineData(4000, 1, "failed", "ahead of")]
    [InlineData(10, 0, "ok", "agrees")]
    public async Task Compares_the_clocks(int ahead, int exitCode, string status, string says)
    {
        using var http = new HttpClient();
        Service.Faults.Add(new Fault(Discovery)
        {
            Body = await http.GetStringAsync(Service.Issuer + Discovery, Stop),
            Headers = new Dictionary<string, string> { ["Date"] = (DateTimeOffset.UtcNow - TimeSpan.FromSeconds(ahead)).ToString("r") },
        });

        var found = await FindsAsync(Datagen, exitCode);

        Assert.Equal(status, found["clock"].Status);
        Assert.Contains(says, found["clock"].Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Refreshes_nothing()
    {
        await SignedInAsync();
        File.ExpiresIn(TimeSpan.FromMinutes(-5));
        var before = File.Bytes();

        var found = await FindsAsync(Datagen, 0);

        Assert.Matches("expired (4|5) minutes ago, with a refresh token: the next use refreshes it", found["token"].Message);
        Assert.Equal(("warning", "datagen auth token --refresh shows whether it can; else datagen auth login"), (found["token"].Status, found["token"].Hint));
        Assert.Equal(("skipped", "the token has expired", null), found["userinfo"]);
        Assert.DoesNotContain(Requests, request => request.StartsWith("POST", StringComparison.Ordinal));
        Assert.Equal(before, File.Bytes());

        File.Set("refresh_token", null);
        found = await FindsAsync(Datagen, 1);
        Assert.Equal(("failed", "run datagen auth login"), (found["token"].Status, found["token"].Hint));
    }

    [Fact]
    public async Task Tells_of_a_token_that_the_server_refuses()
    {
        await SignedInAsync();
        File.Set("access_token", "not-one-of-the-servers");

        var found = await FindsAsync(Datagen, 1);

        Assert.Equal(("failed", "datagen auth token --refresh gets another, else datagen auth login"), (found["userinfo"].Status, found["userinfo"].Hint));
        Assert.Single(Requests, "GET /userinfo");
    }

    [Fact]
    public async Task Sends_the_token_to_its_own_server_alone()
    {
        await SignedInAsync();
        await using var other = await IdentityService.StartAsync(new ServiceOptions());

        var found = await FindsAsync(Datagen.With("DATAGEN_ISSUER", other.Issuer), 0);

        Assert.Empty(other.Log.Snapshot());
        Assert.Equal("warning", found["discovery"].Status);
        Assert.Contains(other.Issuer, found["discovery"].Hint, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Sends_a_token_of_unknown_origin_nowhere()
    {
        await SignedInAsync();
        File.Set("issuer", null);
        File.Set("endpoints", null);

        var found = await FindsAsync(Datagen, 0);

        Assert.Equal("skipped", found["userinfo"].Status);
        Assert.All(Service.Log.Snapshot(), request => Assert.Null(request.Header("Authorization")));
    }

    [Fact]
    public async Task Shows_no_secret_whoever_repeats_it()
    {
        await SignedInAsync();
        Service.Faults.Add(new Fault("/userinfo")
        {
            Times = 10,
            When = request => request.Method == "GET",
            Status = 403,
            Body = $$"""{"error":"forbidden","error_description":"{{File["access_token"]}} of {{You}} and {{File["refresh_token"]}} in {{Home.Path}}"}""",
        });
        var cli = Datagen.With("DATAGEN_CLIENT_SECRET", "s3cret-of-client").With("DATAGEN_PARAMETERS", "hint=s3cret-parameter")
            .With("HTTPS_PROXY", "http://me:s3cret-proxy@127.0.0.1:9").With("BROWSER", "s3cret-browser").With("DATAGEN_SCOPE", "openid");

        var found = await FindsAsync(cli, 1, "s3cret");

        Assert.Equal("failed", found["userinfo"].Status);
        Assert.All(
            ["DATAGEN_CLIENT_SECRET", "DATAGEN_PARAMETERS", "HTTPS_PROXY", "BROWSER", "DATAGEN_SCOPE=openid"],
            name => Assert.Contains(name, found["environment"].Message, StringComparison.Ordinal));
        Assert.Contains("DATAGEN_TOKEN", (await FindsAsync(cli.With("DATAGEN_TOKEN", "s3cret-token"), 1, "s3cret"))["environment"].Message, StringComparison.Ordinal);
        Assert.Equal("failed", (await FindsAsync(Datagen.With("DATAGEN_ISSUER", "https://me:s3cret-issuer@id.invalid").Without("HOME"), 1, "s3cret"))["discovery"].Status);
    }

    [Fact]
    public async Task Uses_the_token_of_the_environment_instead_of_the_file()
    {
        await SignedInAsync();
        var token = File["access_token"];
        File.Put("{");

        var found = await FindsAsync(Datagen.With("DATAGEN_TOKEN", token), 0, token);

        Assert.Equal(("skipped", "DATAGEN_TOKEN is used instead", null), found["file"]);
        Assert.Equal("ok", found["userinfo"].Status);
    }

    [Fact]
    public async Task Asks_for_no_token_where_a_machine_gets_one_for_each_command()
    {
        var machine = Datagen.With("DATAGEN_GRANT", "client_credentials").With("DATAGEN_CLIENT_SECRET", "s3cret-of-a-machine");

        var found = await FindsAsync(machine, 0, "s3cret");

        Assert.Equal(("skipped", "DATAGEN_GRANT is used instead", null), found["file"]);
        Assert.Equal("skipped", found["token"].Status);
        Assert.Equal("skipped", found["userinfo"].Status);
        Assert.Contains("DATAGEN_GRANT=client_credentials", found["environment"].Message, StringComparison.Ordinal);
        Assert.DoesNotContain("POST /token", Requests);
    }

    [Fact]
    public async Task Tells_a_name_that_is_none()
    {
        var found = await FindsAsync(Datagen.With("DATAGEN_ISSUER", "https://id.invalid"), 1);

        Assert.Equal("failed", found["dns"].Status);
        Assert.Equal("skipped", found["discovery"].Status);
    }

    [Fact]
    public async Task Tells_which_browser_would_be_opened()
    {
        await SignedInAsync();
        using var there = Datagen.With("BROWSER", "/bin/true").StartAtTerminal("auth", "doctor");
        Assert.Contains("ok      browser: /bin/true\n", (await there.ExitAsync(Stop)).StandardOutput, StringComparison.Ordinal);
        using var missing = Datagen.With("BROWSER", "no-such-browser %s").StartAtTerminal("auth", "doctor");
        Assert.Contains("warning browser: no-such-browser: no such program\n        hint: ", (await missing.ExitAsync(Stop)).StandardOutput, StringComparison.Ordinal);
        Assert.Contains("ok      browser: none is opened here", (await Datagen.RunAsync("auth", "doctor")).StandardOutput, StringComparison.Ordinal);
    }
}

/// <summary>Over TLS, with a certificate that only this service's people know.</summary>
public sealed class DoctorOverTls : Situation
{
    private readonly X509Certificate2 _certificate = Certificate.For("localhost");

    protected override ServiceOptions Options => new() { Certificate = _certificate, HostName = "localhost" };

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        _certificate.Dispose();
    }

    [Fact]
    public async Task Tells_whose_certificates_are_trusted()
    {
        await System.IO.File.WriteAllTextAsync(Home["ca.pem"], _certificate.ExportCertificatePem(), Stop);

        var run = await Datagen.With("SSL_CERT_FILE", Home["ca.pem"]).With("SSL_CERT_DIR", "").RunAsync("auth", "doctor");

        Assert.Equal(0, run.ExitCode);
        Assert.Contains("ok      tls: trusted, with certificate authorities from ~/ca.pem\n", run.StandardOutput, StringComparison.Ordinal);
        Assert.Contains("ok      dns: localhost is ", run.StandardOutput, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Tells_that_nobody_is_trusted_and_how_to_mend_it()
    {
        var run = await Datagen.With("SSL_CERT_FILE", "/nonexistent").With("SSL_CERT_DIR", "").RunAsync("auth", "doctor");

        Assert.Equal(1, run.ExitCode);
        Assert.Matches(@"failed  tls: (?:[^\n]+\n +)*[^\n]*no bundle of certificate authorities(?:[^\n]*\n +)*?hint: [^\n]*SSL_CERT_FILE", run.StandardOutput);
    }
}
