using System.Diagnostics;
using System.Text.Json.Nodes;

namespace WholeProgram.SigningIn;

/// <summary>Sessions whose tokens are bound to a key (RFC 9449).</summary>
public class BoundToAKey : Situation
{
    private const string Status = "email: you@yourcompany.com\nactive_org_slug: yourcompany\nrole: admin\n";

    private string KeyFile => Home[".config/datagen/dpop-key.pem"];

    [Fact]
    public async Task A_key_in_a_file_signs_in_asks_and_refreshes()
    {
        Assert.Equal(0, (await SignInAsync(Datagen, You, "--dpop", "file")).ExitCode);
        Assert.Equal("DPoP", File["token_type"]);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, System.IO.File.GetUnixFileMode(KeyFile));

        Assert.Equal(new Run(0, Status, ""), await Datagen.RunAsync("auth", "status"));
        var before = File["refresh_token"];
        Assert.Equal(0, (await Datagen.RunAsync("auth", "token", "--refresh")).ExitCode);
        Assert.NotEqual(before, File["refresh_token"]);
        Assert.Equal(new Run(0, Status, ""), await Datagen.RunAsync("auth", "status"));

        Assert.Equal(new Run(0, "status: logged_out\n", ""), await Datagen.RunAsync("auth", "logout"));
        Assert.False(System.IO.File.Exists(KeyFile));
    }

    [Fact]
    public async Task A_nonce_that_the_server_demands_is_obeyed_everywhere()
    {
        Service.Settings.DemandDPoPNonceAtTokenEndpoint = true;
        Service.Settings.DemandDPoPNonceAtResources = true;

        Assert.Equal(0, (await SignInAsync(Datagen, You, "--dpop", "file")).ExitCode);
        Assert.Equal(new Run(0, Status, ""), await Datagen.RunAsync("auth", "status"));
        Assert.Equal(0, (await Datagen.RunAsync("auth", "token", "--refresh")).ExitCode);
        Assert.Equal(new Run(0, Status, ""), await Datagen.RunAsync("auth", "status"));
    }

    [Fact]
    public async Task A_server_without_DPoP_is_told_before_anyone_is_asked()
    {
        Service.Settings.DPoPAlgorithms = [];

        var run = await Datagen.RunAsync("auth", "login", "--dpop", "file");

        run.IsError(1, "does not bind tokens to a key");
        Assert.DoesNotContain("POST /device_authorization", Requests);
        Assert.False(File.Exists);
    }

    [Fact]
    public async Task A_bearer_token_in_answer_is_revoked_and_not_stored()
    {
        Changes("/token", "token_type", "\"Bearer\"");

        var run = await SignInAsync(Datagen, You, "--dpop", "file");

        Assert.Equal(1, run.ExitCode);
        Assert.Contains("did not bind the token to the key", run.StandardError, StringComparison.Ordinal);
        Assert.Contains("POST /revoke", Requests);
        Assert.False(File.Exists);
        Assert.False(System.IO.File.Exists(KeyFile));
    }

    [Fact]
    public async Task Without_its_key_nothing_is_spent_and_nothing_is_lost()
    {
        await SignInAsync(Datagen, You, "--dpop", "file");
        var stored = await System.IO.File.ReadAllTextAsync(File.Path, Stop);
        System.IO.File.Move(KeyFile, Home["key"]);
        Forget();

        (await Datagen.RunAsync("auth", "status")).IsError(1, "the key that this session is bound to is gone");
        (await Datagen.RunAsync("auth", "token", "--refresh")).IsError(1, "the key that this session is bound to is gone");
        Assert.DoesNotContain("POST /token", Requests);
        Assert.Equal(stored, await System.IO.File.ReadAllTextAsync(File.Path, Stop));

        System.IO.File.Move(Home["key"], KeyFile);
        Assert.Equal(new Run(0, Status, ""), await Datagen.RunAsync("auth", "status"));
    }

    [Fact]
    public async Task A_printed_token_comes_with_a_warning_and_a_proof_where_it_is_asked_for()
    {
        await SignInAsync(Datagen, You, "--dpop", "file");

        var plain = await Datagen.RunAsync("auth", "token");
        Assert.Equal(File["access_token"] + "\n", plain.StandardOutput);
        Assert.StartsWith("warning: this token needs a proof", plain.StandardError, StringComparison.Ordinal);

        var proven = await Datagen.RunAsync("auth", "token", "--proof", $"GET {Service.Issuer}/userinfo");
        var answer = JsonNode.Parse(proven.StandardOutput)!;
        using var request = new HttpRequestMessage(HttpMethod.Get, $"{Service.Issuer}/userinfo");
        request.Headers.TryAddWithoutValidation("Authorization", $"DPoP {answer["access_token"]}");
        request.Headers.TryAddWithoutValidation("DPoP", (string)answer["dpop"]!);
        using var http = new HttpClient();
        using var response = await http.SendAsync(request, Stop);
        Assert.Equal(System.Net.HttpStatusCode.OK, response.StatusCode);
    }

    [Theory]
    [InlineData("git", "get")]
    [InlineData("kubectl", null)]
    public async Task Tools_that_make_no_proofs_get_no_token(string tool, string? operation)
    {
        await SignInAsync(Datagen, You, "--dpop", "file");
        string[] words = operation is null ? ["auth", "credential", tool] : ["auth", "credential", tool, operation, "--host", "git.example.com"];

        var run = await Datagen.RunWithInputAsync("protocol=https\nhost=git.example.com\n\n", words);

        run.IsError(1, $"{tool} can't use this session's tokens");
    }

    [Fact]
    public async Task The_key_of_an_agent_leaves_a_copied_folder_worthless()
    {
        using var agent = new Agent(Home.Path);
        agent.AddKey("ecdsa");
        var cli = Datagen.With("SSH_AUTH_SOCK", agent.Socket);

        Assert.Equal(0, (await SignInAsync(cli, You, "--dpop", "agent")).ExitCode);
        Assert.Equal(new Run(0, Status, ""), await cli.RunAsync("auth", "status"));
        Assert.Equal(0, (await cli.RunAsync("auth", "token", "--refresh")).ExitCode);
        Assert.False(System.IO.File.Exists(KeyFile));

        Forget();
        (await Datagen.RunAsync("auth", "status")).IsError(1, "there is no ssh-agent here");
        (await Datagen.RunAsync("auth", "token", "--refresh")).IsError(1, "there is no ssh-agent here");
        Assert.Empty(Requests);
    }

    [Fact]
    public async Task A_key_of_Ed25519_will_do_and_of_two_keys_one_has_to_be_named()
    {
        using var agent = new Agent(Home.Path);
        agent.AddKey("ecdsa");
        var fingerprint = agent.AddKey("ed25519");
        var cli = Datagen.With("SSH_AUTH_SOCK", agent.Socket);

        var several = await cli.RunAsync("auth", "login", "--dpop", "agent");
        several.IsError(1, "the ssh-agent has several keys that could be used");
        Assert.Contains(fingerprint, several.StandardError, StringComparison.Ordinal);

        Assert.Equal(0, (await SignInAsync(cli, You, "--dpop", "agent", "--dpop-key", fingerprint)).ExitCode);
        Assert.Equal("EdDSA", File["dpop_alg"]);
        Assert.Equal(new Run(0, Status, ""), await cli.RunAsync("auth", "status"));
    }

    [Fact]
    public async Task A_locked_agent_is_told_before_anyone_is_asked()
    {
        using var agent = new Agent(Home.Path);
        agent.AddKey("ecdsa");
        agent.RemoveAllKeys(); // What a locked agent lists: nothing.

        var run = await Datagen.With("SSH_AUTH_SOCK", agent.Socket).RunAsync("auth", "login", "--dpop", "agent");

        run.IsError(1, "the ssh-agent lists no key that can sign proofs");
        Assert.Contains("locked", run.StandardError, StringComparison.Ordinal);
        Assert.DoesNotContain("POST /device_authorization", Requests);
    }

    /// <summary>OpenSSH's own agent.</summary>
    private sealed class Agent : IDisposable
    {
        private readonly string _folder;
        private readonly Process _process;

        public Agent(string home)
        {
            _folder = Path.Combine(home, "agent");
            Directory.CreateDirectory(_folder);
            Socket = Path.Combine(_folder, "socket");
            _process = Process.Start(new ProcessStartInfo("ssh-agent", ["-D", "-a", Socket]) { RedirectStandardOutput = true })!;
            _process.StandardOutput.ReadLine(); // It listens by then.
        }

        public string Socket { get; }

        public string AddKey(string kind)
        {
            var file = Path.Combine(_folder, kind);
            Run("ssh-keygen", "-q", "-t", kind, "-N", "", "-f", file);
            Run("ssh-add", "-q", file);
            return Run("ssh-keygen", "-lf", file).Split(' ')[1];
        }

        public void RemoveAllKeys() => Run("ssh-add", "-q", "-D");

        public void Dispose()
        {
            _process.Kill();
            _process.WaitForExit();
            _process.Dispose();
        }

        private string Run(string program, params string[] arguments)
        {
            var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
            start.Environment["SSH_AUTH_SOCK"] = Socket;
            using var process = Process.Start(start)!;
            var output = process.StandardOutput.ReadToEnd();
            var error = process.StandardError.ReadToEnd();
            process.WaitForExit();
            return process.ExitCode == 0 ? output : throw new InvalidOperationException($"{program}: {error}");
        }
    }
}
