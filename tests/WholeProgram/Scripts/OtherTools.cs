using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json.Nodes;
using LocalService.Observing;
using Microsoft.AspNetCore.Http;

namespace WholeProgram.Scripts;

/// <summary><c>auth credential</c>: other tools, each by its protocol and, where it is installed, by itself.</summary>
public class OtherTools : Situation
{
    private ApiServer _api = null!;

    private string DockerHelper => Home["bin/docker-credential-datagen"];

    private string Token => File["access_token"];

    public override async ValueTask InitializeAsync()
    {
        await base.InitializeAsync();
        _api = await ApiServer.StartAsync();
        _api.Knows(Service.IsActive);
        await SignedInAsync();
        File.Set("api", _api.Address);
        Directory.CreateDirectory(Home["bin"]);
        System.IO.File.CreateSymbolicLink(Home["bin/datagen"], Datagen.Program);
        System.IO.File.CreateSymbolicLink(DockerHelper, Datagen.Program);
    }

    public override async ValueTask DisposeAsync()
    {
        await _api.DisposeAsync();
        await base.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    private long Expiry => Credentials.Moment(File["expires_at"]).ToUnixTimeSeconds();

    /// <summary>A line of shell in which the program and its links are found by name.</summary>
    private Task<Run> InShellAsync(string line, params (string Name, string Value)[] environment)
    {
        var cli = Datagen.With("PATH", $"{Home["bin"]}:/usr/local/bin:/usr/bin:/bin");
        foreach (var (name, value) in environment) cli = cli.With(name, value);
        return cli.RunInShellAsync(line);
    }

    private static void RequireTool(string name) =>
        Assert.SkipUnless(((string[])["/usr/local/bin", "/usr/bin", "/bin"]).Any(folder => System.IO.File.Exists(Path.Combine(folder, name))), $"{name} is not installed");

    // ---- git

    private Task<Run> GitAsync(string request, params string[] arguments) =>
        Datagen.RunWithInputAsync(request, ["auth", "credential", "git", .. arguments]);

    [Fact]
    public async Task Git_gets_a_password_for_the_host_of_the_api() =>
        Assert.Equal(
            new Run(0, $"username=oauth2\npassword={Token}\npassword_expiry_utc={Expiry}\n", ""),
            await GitAsync($"protocol=http\nhost={_api.Uri.Authority}\npath=repo.git\n\nignored", "get"));

    [Fact]
    public async Task Git_that_knows_types_gets_a_bearer_token() =>
        Assert.Equal(
            new Run(0, $"capability[]=authtype\nauthtype=Bearer\ncredential={Token}\nephemeral=1\npassword_expiry_utc={Expiry}\n", ""),
            await GitAsync($"capability[]=authtype\ncapability[]=state\nprotocol=https\nhost=git.example.com\n", "get", "--host", "git.example.com"));

    [Theory]
    [InlineData("https", "git.example.com", "git.example.com", true)]
    [InlineData("https", "GIT.example.com:443", "git.example.com", true)]
    [InlineData("https", "git.example.com:8443", "other.example.com git.example.com:8443", true)]
    [InlineData("https", "git.example.com:8443", "git.example.com", false)]
    [InlineData("http", "git.example.com", "git.example.com", false)]
    [InlineData("ssh", "git.example.com", "git.example.com", false)]
    [InlineData("https", "git.example.com.evil.example", "git.example.com", false)]
    [InlineData("https", "evil.example@git.example.com", "git.example.com", false)]
    [InlineData("https", "evil.example/git.example.com", "git.example.com", false)]
    [InlineData("https", "github.com", "", false)]
    [InlineData("", "", "git.example.com", false)]
    public async Task Git_gets_nothing_for_another_host(string protocol, string host, string named, bool answered)
    {
        string[] options = [.. named.Split(' ', StringSplitOptions.RemoveEmptyEntries).SelectMany(name => new[] { "--host", name })];

        var byOption = await GitAsync($"protocol={protocol}\nhost={host}\n\n", [.. options, "get"]);
        var byVariable = await Datagen.With("DATAGEN_CREDENTIAL_HOSTS", named)
            .RunWithInputAsync($"protocol={protocol}\nhost={host}\n\n", "auth", "credential", "git", "get");

        Assert.Equal((0, ""), (byOption.ExitCode, byOption.StandardError));
        Assert.Equal(answered, byOption.StandardOutput.Contains(Token, StringComparison.Ordinal));
        if (!answered) Assert.Equal("", byOption.StandardOutput);
        Assert.Equal(byOption, byVariable);
        Assert.Empty(Requests);
    }

    public static TheoryData<string, string> GitRequests { get; } = [.. Rows().Select(row => (row[0], row[1]))];

    private static IEnumerable<string[]> Rows([CallerFilePath] string here = "") =>
        System.IO.File.ReadLines(Path.Combine(Path.GetDirectoryName(here)!, "git-requests.tsv")).Select(line => line.Split('\t'));

    [Theory]
    [MemberData(nameof(GitRequests))]
    public async Task Git_gets_what_its_request_asks_for_at_its_blank_line(string request, string answer)
    {
        File.Set("api", "https://api.datagen.example");
        const string Open = " (and the pipe stays open)";
        var lines = request.Replace(Open, "", StringComparison.Ordinal).Replace("\\n", "\n", StringComparison.Ordinal);

        using var helper = Datagen.Start("auth", "credential", "git", "--host", "git.example.com", "get");
        await helper.TypeAsync(lines);
        var run = await helper.ExitAsync(Stop);

        Assert.Equal((0, ""), (run.ExitCode, run.StandardError));
        Assert.Equal(
            answer switch
            {
                "nothing" => "",
                "authtype=Bearer" => $"capability[]=authtype\nauthtype=Bearer\ncredential={Token}\nephemeral=1\npassword_expiry_utc={Expiry}\n",
                "username and password" or "the token, at once" => $"username=oauth2\npassword={Token}\npassword_expiry_utc={Expiry}\n",
                _ => throw new InvalidOperationException(answer),
            },
            run.StandardOutput);
    }

    [Theory]
    [InlineData("git.example.com#.evil.example")]
    [InlineData("git.example.com?.evil.example")]
    [InlineData("git.example.com/.evil.example")]
    [InlineData("git.example.com\\.evil.example")]
    [InlineData("git.example.com ")]
    [InlineData("git.example.com\t")]
    [InlineData("x@git.example.com")]
    public async Task Nobody_gets_the_token_for_what_is_more_than_a_host(string host)
    {
        Assert.Equal(new Run(0, "", ""), await GitAsync($"protocol=https\nhost={host}\n\n", "get", "--host", "git.example.com"));
        foreach (var server in new[] { host, $"https://{host}" }.Where(server => server.Trim() == server && !server.Contains("://git.example.com/", StringComparison.Ordinal)))
            Assert.Equal(new Run(1, "credentials not found in native keychain\n", ""), await DockerAsync("get", server, "git.example.com"));
        (await GitAsync("protocol=https\nhost=git.example.com\n\n", "get", "--host", host)).IsError(2, "is no host", "hint: --host takes one");
        Assert.Empty(Requests);
    }

    [Fact]
    public async Task A_byte_order_mark_before_a_request_is_nothing()
    {
        Assert.Contains(Token, (await GitAsync("\uFEFFprotocol=https\nhost=git.example.com\n\n", "get", "--host", "git.example.com")).StandardOutput, StringComparison.Ordinal);
        Assert.Contains(Token, (await DockerAsync("get", "\uFEFFregistry.example.com\n")).StandardOutput, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("a.example\ngit.example.com\n")]
    [InlineData("a.example\tgit.example.com")]
    [InlineData("https://git.example.com/, a.example")]
    public async Task Hosts_are_listed_as_people_list_them(string hosts)
    {
        var run = await Datagen.With("DATAGEN_CREDENTIAL_HOSTS", hosts)
            .RunWithInputAsync("protocol=https\nhost=git.example.com\n\n", "auth", "credential", "git", "get");

        Assert.Equal(new Run(0, $"username=oauth2\npassword={Token}\npassword_expiry_utc={Expiry}\n", ""), run);
    }

    [Fact]
    public async Task A_listed_host_that_is_none_is_told_and_the_others_count()
    {
        var run = await Datagen.With("DATAGEN_CREDENTIAL_HOSTS", "git.example.com/team git.example.com")
            .RunWithInputAsync("protocol=https\nhost=git.example.com\n\n", "auth", "credential", "git", "get");

        Assert.Equal((0, "warning: DATAGEN_CREDENTIAL_HOSTS: git.example.com/team is no host, and is left out\n"), (run.ExitCode, run.StandardError));
        Assert.Contains(Token, run.StandardOutput, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_host_of_somebody_else_costs_no_refresh_and_no_complaint()
    {
        File.ExpiresIn(TimeSpan.FromMinutes(-1));
        Assert.Equal(new Run(0, "", ""), await GitAsync("protocol=https\nhost=github.com\n\n", "get"));
        await Datagen.RunAsync("auth", "logout", "--local");
        Assert.Equal(new Run(0, "", ""), await GitAsync("protocol=https\nhost=github.com\n\n", "get"));

        Assert.Empty(Requests);
        (await GitAsync("protocol=https\nhost=git.example.com\n\n", "get", "--host", "git.example.com")).IsError(4, "datagen auth login");
    }

    [Theory]
    [InlineData("store")]
    [InlineData("erase")]
    [InlineData("something-new")]
    public async Task Git_stores_and_erases_nothing(string operation)
    {
        var before = File.Bytes();

        Assert.Equal(new Run(0, "", ""), await GitAsync($"protocol=http\nhost={_api.Uri.Authority}\nusername=oauth2\npassword={Token}\n\n", operation));

        Assert.Equal(before, File.Bytes());
        Assert.True(Service.IsActive(Token));
    }

    [Fact]
    public async Task Git_itself_signs_in_with_it_and_does_not_end_the_session_when_it_is_refused()
    {
        RequireTool("git");
        _api.Answer = (request, response) =>
        {
            var expected = $"Basic {Convert.ToBase64String(Encoding.UTF8.GetBytes($"oauth2:{Token}"))}";
            if (request.Header("Authorization") != expected || request.Target.Contains("private", StringComparison.Ordinal))
            {
                response.StatusCode = 401;
                response.Headers.WWWAuthenticate = "Basic realm=git";
                return Task.CompletedTask;
            }

            return response.WriteAsync(request.Target.Contains("/info/refs", StringComparison.Ordinal) ? $"{new string('a', 40)}\trefs/heads/main\n" : "");
        };
        const string Git = "git -c credential.helper= -c credential.helper='!datagen auth credential git' ls-remote";

        var run = await InShellAsync($"{Git} {_api.Address}/repo.git refs/heads/main", ("GIT_TERMINAL_PROMPT", "0"));

        Assert.Equal((0, $"{new string('a', 40)}\trefs/heads/main\n"), (run.ExitCode, run.StandardOutput));
        Assert.Equal(128, (await InShellAsync($"{Git} {_api.Address}/private.git", ("GIT_TERMINAL_PROMPT", "0"))).ExitCode);
        Assert.True(Service.IsActive(Token));
        Assert.Equal(0, (await Datagen.RunAsync("auth", "status")).ExitCode);
    }

    // ---- docker

    private Task<Run> DockerAsync(string operation, string input, string hosts = "registry.example.com") =>
        (Datagen with { Program = DockerHelper }).With("DATAGEN_CREDENTIAL_HOSTS", hosts).RunWithInputAsync(input, operation);

    [Theory]
    [InlineData("registry.example.com")]
    [InlineData("https://registry.example.com/v1/")]
    public async Task Docker_gets_a_secret_for_a_registry_that_was_named(string server) =>
        Assert.Equal(
            new Run(0, $$"""{"ServerURL":"{{server}}","Username":"oauth2","Secret":"{{Token}}"}""" + "\n", ""), await DockerAsync("get", server));

    [Theory]
    [InlineData("https://index.docker.io/v1/")]
    [InlineData("registry.example.com:5000")]
    [InlineData("http://registry.example.com")]
    [InlineData("registry.example.com@evil.example")]
    [InlineData("")]
    public async Task Docker_gets_nothing_for_another(string server) =>
        Assert.Equal(new Run(1, "credentials not found in native keychain\n", ""), await DockerAsync("get", server));

    [Fact]
    public async Task Docker_lists_stores_and_erases_without_any_effect()
    {
        var before = File.Bytes();

        Assert.Equal(new Run(0, """{"registry.example.com":"oauth2","other.example:5000":"oauth2"}""" + "\n", ""), await DockerAsync("list", "", "registry.example.com,other.example:5000"));
        Assert.Equal(new Run(0, "", ""), await DockerAsync("store", """{"ServerURL":"registry.example.com","Username":"u","Secret":"s"}"""));
        Assert.Equal(new Run(0, "", ""), await DockerAsync("erase", "registry.example.com"));
        Assert.Equal(new Run(0, "docker-credential-datagen 1.0.0\n", ""), await DockerAsync("version", ""));

        Assert.Equal(before, File.Bytes());
        Assert.True(Service.IsActive(Token));
    }

    [Fact]
    public async Task Docker_is_told_where_it_listens_that_nobody_is_signed_in()
    {
        await Datagen.RunAsync("auth", "logout", "--local");

        var run = await DockerAsync("get", "registry.example.com");

        Assert.Equal((4, "you are not signed in; run datagen auth login\n"), (run.ExitCode, run.StandardOutput));
    }

    [Fact]
    public async Task Docker_itself_signs_in_with_it()
    {
        RequireTool("docker");
        _api.Answer = (request, response) =>
        {
            response.Headers["Docker-Distribution-Api-Version"] = "registry/2.0";
            if (request.Header("Authorization") is null)
            {
                response.StatusCode = 401;
                response.Headers.WWWAuthenticate = "Basic realm=registry";
                return Task.CompletedTask;
            }

            response.StatusCode = 404; // More than this answer would take a registry.
            return Task.CompletedTask;
        };
        Directory.CreateDirectory(Home[".docker"]);
        await System.IO.File.WriteAllTextAsync(Home[".docker/config.json"], new JsonObject { ["credHelpers"] = new JsonObject { [_api.Uri.Authority] = "datagen" } }.ToJsonString(), Stop);

        var run = await InShellAsync($"docker manifest inspect --insecure {_api.Uri.Authority}/team/image:1", ("DATAGEN_CREDENTIAL_HOSTS", _api.Uri.Authority), ("DOCKER_HOST", "unix:///nonexistent"));

        var basic = $"Basic {Convert.ToBase64String(Encoding.UTF8.GetBytes($"oauth2:{Token}"))}";
        Assert.True(_api.Requests.Any(request => request.Header("Authorization") == basic), run.StandardError);
    }

    // ---- kubectl

    private Task<Run> KubectlAsync(string? info, params string[] options) =>
        (info is null ? Datagen : Datagen.With("KUBERNETES_EXEC_INFO", info)).RunAsync(["auth", "credential", "kubectl", .. options]);

    private string ExecCredential(string version) =>
        $$"""{"apiVersion":"client.authentication.k8s.io/{{version}}","kind":"ExecCredential","status":{"token":"{{Token}}","expirationTimestamp":"{{File["expires_at"]}}"}""" + "}\n";

    [Fact]
    public async Task Kubectl_gets_an_ExecCredential_of_the_version_it_asks_for()
    {
        Assert.Equal(new Run(0, ExecCredential("v1"), ""), await KubectlAsync(null));
        Assert.Equal(new Run(0, ExecCredential("v1"), ""), await KubectlAsync("""{"kind":"ExecCredential","apiVersion":"client.authentication.k8s.io/v1","spec":{"interactive":true}}"""));
        Assert.Equal(new Run(0, ExecCredential("v1beta1"), ""), await KubectlAsync("""{"apiVersion":"client.authentication.k8s.io/v1beta1","spec":{}}"""));
        (await KubectlAsync("""{"apiVersion":"client.authentication.k8s.io/v2"}""")).IsError(1, "v2");
        (await KubectlAsync("nonsense")).IsError(1, "KUBERNETES_EXEC_INFO");
        File.Set("expires_at", null);
        Assert.DoesNotContain("expirationTimestamp", (await KubectlAsync(null)).StandardOutput, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("https://k8s.example.com:6443", 0)]
    [InlineData("https://k8s.example.com", 1)]
    [InlineData("http://k8s.example.com:6443", 1)]
    [InlineData(null, 1)]
    public async Task Kubectl_gets_a_token_for_the_clusters_that_were_named(string? server, int exitCode)
    {
        var spec = server is null ? "{}" : $$"""{"cluster":{"server":"{{server}}"} }""";

        var run = await KubectlAsync($$"""{"apiVersion":"client.authentication.k8s.io/v1","spec":{{spec}} }""", "--host", "k8s.example.com:6443");

        Assert.Equal((exitCode, exitCode == 0 ? ExecCredential("v1") : ""), (run.ExitCode, run.StandardOutput));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("""{"apiVersion":"client.authentication.k8s.io/v1","spec":{"cluster":{"server":"https://k8s.example.com:6443"}}}""")]
    public async Task Kubectl_is_not_concerned_by_a_list_that_is_for_docker(string? request)
    {
        var cli = Datagen.With("DATAGEN_CREDENTIAL_HOSTS", "registry.example.com");
        if (request is not null) cli = cli.With("KUBERNETES_EXEC_INFO", request);

        Assert.Equal(new Run(0, ExecCredential("v1"), ""), await cli.RunAsync("auth", "credential", "kubectl"));
    }

    [Fact]
    public async Task Kubectl_itself_signs_in_with_it()
    {
        RequireTool("kubectl");
        using var certificate = Certificate.For("localhost");
        await using var cluster = await ApiServer.StartAsync(certificate, "localhost");
        cluster.Knows(Service.IsActive, """{"major":"1","minor":"30"}""");
        await System.IO.File.WriteAllTextAsync(Home["ca.pem"], certificate.ExportCertificatePem(), Stop);
        await System.IO.File.WriteAllTextAsync(Home["kubeconfig"], $$"""
            apiVersion: v1
            kind: Config
            current-context: c
            contexts: [{ name: c, context: { cluster: c, user: u } }]
            clusters: [{ name: c, cluster: { server: "{{cluster.Address}}", certificate-authority: "{{Home["ca.pem"]}}" } }]
            users:
              - name: u
                user:
                  exec:
                    apiVersion: client.authentication.k8s.io/v1
                    command: datagen
                    args: [auth, credential, kubectl, --host, "{{cluster.Uri.Authority}}"]
                    interactiveMode: Never
                    provideClusterInfo: true
            """, Stop);

        var run = await InShellAsync($"kubectl --kubeconfig {Home["kubeconfig"]} get --raw /version");

        Assert.Equal((0, """{"major":"1","minor":"30"}"""), (run.ExitCode, run.StandardOutput));
        Assert.Equal(Token, cluster.Requests.Last().Token);
    }

    // ---- curl

    [Fact]
    public async Task Curl_gets_a_file_that_quotes_what_it_must()
    {
        File.Set("access_token", "a\\b\"c");
        File.Set("api", "https://api.example.com");

        Assert.Equal(
            new Run(0, """
                proto = "=https"
                proto-redir = "=https"
                header = "Authorization: Bearer a\\b\"c"
                header = "X-Datagen-Org: yourcompany"

                """, ""),
            await Datagen.RunAsync("auth", "credential", "curl"));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Curl_itself_signs_in_with_it_and_the_token_is_nobodys_argument(bool odd)
    {
        RequireTool("curl");
        if (odd)
        {
            File.Set("access_token", "a\\b\"c\\\\\"");
            _api.Knows(token => token == Token);
        }

        var run = await InShellAsync($"datagen auth credential curl | curl -sS --fail -K - {_api.Address}/v1/a");

        Assert.Equal(new Run(0, "{\"ok\":true}", ""), run);
        Assert.Equal("yourcompany", _api.TheOne.Header("X-Datagen-Org"));
    }

    [Fact]
    public async Task Curl_sends_it_nowhere_in_the_clear()
    {
        RequireTool("curl");
        File.Set("api", "https://api.example.com");

        Assert.Equal(1, (await InShellAsync($"datagen auth credential curl | curl -sS -K - {_api.Address}/v1/a")).ExitCode); // Unsupported protocol.

        Assert.Empty(_api.Requests);
    }

    [Fact]
    public async Task A_stale_token_is_refreshed_first()
    {
        File.ExpiresIn(TimeSpan.FromMinutes(1));

        var run = await GitAsync($"protocol=http\nhost={_api.Uri.Authority}\n\n", "get");

        Assert.Contains($"password={Token}\n", run.StandardOutput, StringComparison.Ordinal);
        Assert.Single(Service.Events.Of<RefreshRotated>());
    }
}
