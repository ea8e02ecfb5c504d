using System.Security.Cryptography;
using System.Text.Json.Nodes;
using LocalService.Hosting;
using LocalService.Observing;
using LocalService.Protocol;
using LocalService.State;
using Microsoft.AspNetCore.Http;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace WholeProgram.Scripts;

/// <summary>Machines that sign in without a person and without a file.</summary>
public class Workloads : Situation
{
    private const string Platform = "https://kubernetes.default.svc";
    private const string Subject = "system:serviceaccount:jobs:loader";
    private static readonly ECDsaSecurityKey s_key = new(ECDsa.Create(ECCurve.NamedCurves.nistP256));

    protected override ServiceOptions Options => new()
    {
        Workloads =
        [
            new Workload("robot", new Person("robot-1", "robot@yourcompany.com", "Robot") { Memberships = [new("yourcompany", "loader")] })
            {
                Secret = "robots-secret",
                PlatformIssuer = Platform,
                PlatformSubject = Subject,
                PlatformKey = s_key,
            },
        ],
    };

    private Cli Robot(string grant) => Datagen.With("DATAGEN_GRANT", grant).With("DATAGEN_CLIENT_ID", "robot");

    private string PlatformToken(string? audience = null, string subject = Subject, TimeSpan? life = null) => new JsonWebTokenHandler().CreateToken(new SecurityTokenDescriptor
    {
        Issuer = Platform,
        Audience = audience ?? Service.Issuer,
        IssuedAt = DateTime.UtcNow.AddHours(-1),
        NotBefore = DateTime.UtcNow.AddHours(-1),
        Expires = DateTime.UtcNow + (life ?? TimeSpan.FromMinutes(10)),
        Claims = new Dictionary<string, object> { ["sub"] = subject },
        SigningCredentials = new SigningCredentials(s_key, SecurityAlgorithms.EcdsaSha256),
    });

    /// <summary>As Kubernetes mounts it: the name is a link to a link.</summary>
    private string Mount(string token)
    {
        var folder = Directory.CreateDirectory(Home["secrets/..2026"]).FullName;
        System.IO.File.WriteAllText(Path.Combine(folder, "token"), token + "\n");
        if (Directory.Exists(Home["secrets/..data"])) return Home["secrets/token"];
        System.IO.File.CreateSymbolicLink(Home["secrets/..data"], "..2026");
        System.IO.File.CreateSymbolicLink(Home["secrets/token"], "..data/token");
        return Home["secrets/token"];
    }

    private Cli With(string how)
    {
        var cli = Robot(how == "secret" ? "client_credentials" : how);
        return how == "secret" ? cli.With("DATAGEN_CLIENT_SECRET", "robots-secret") : cli.With("DATAGEN_SUBJECT_TOKEN_FILE", Mount(PlatformToken()));
    }

    [Theory]
    [InlineData("secret", "client_credentials", "client_id,client_secret,grant_type")]
    [InlineData("client_credentials", "client_credentials", "client_assertion,client_assertion_type,client_id,grant_type")]
    [InlineData("token_exchange", "urn:ietf:params:oauth:grant-type:token-exchange", "client_id,grant_type,requested_token_type,subject_token,subject_token_type")]
    [InlineData("jwt_bearer", "urn:ietf:params:oauth:grant-type:jwt-bearer", "assertion,client_id,grant_type")]
    public async Task Get_a_token_with_no_state_on_disk(string how, string grantType, string fields)
    {
        var cli = With(how);

        var run = await cli.RunAsync("auth", "token");

        Assert.Equal((0, ""), (run.ExitCode, run.StandardError));
        Assert.True(Service.IsActive(run.StandardOutput.Trim()));
        var request = Assert.Single(Service.Log.To("/token"));
        Assert.Equal((grantType, fields), (request.Field("grant_type"), string.Join(',', request.Form.Keys.Order(StringComparer.Ordinal))));
        Assert.Equal(["GET /.well-known/openid-configuration", "POST /token"], Requests);
        Assert.False(Directory.Exists(Home[".config"]));
        var json = JsonNode.Parse((await cli.RunAsync("auth", "token", "--format", "json")).StandardOutput)!;
        Assert.InRange(Credentials.Moment((string)json["expires_at"]!), DateTimeOffset.UtcNow.AddMinutes(50), DateTimeOffset.UtcNow.AddMinutes(61));
    }

    [Theory]
    [InlineData("secret")]
    [InlineData("client_credentials")]
    [InlineData("token_exchange")]
    [InlineData("jwt_bearer")]
    public async Task Status_says_who_it_is_where_UserInfo_knows_it(string how)
    {
        var cli = With(how);

        Assert.Equal(
            new Run(0, "email: robot@yourcompany.com\nactive_org_slug: yourcompany\nrole: loader\n", ""),
            await cli.With("DATAGEN_SCOPE", "openid email").RunAsync("auth", "status"));
        // Without openid the token is not for UserInfo: signed in all the same.
        Assert.Equal(new Run(0, "email: none\nactive_org_slug: none\nrole: none\n", ""), await cli.RunAsync("auth", "status"));
        Assert.Equal(new Run(0, "email: none\nactive_org_slug: test-org\nrole: none\n", ""), await cli.With("DATAGEN_ORG", "test-org").RunAsync("auth", "status"));
        (await cli.With("DATAGEN_SCOPE", "openid email").With("DATAGEN_ORG", "strangers").RunAsync("auth", "status")).IsError(1, "strangers");
    }

    [Fact]
    public async Task Works_for_genlabz_as_well()
    {
        var cli = GenLabZ.With("GENLABZ_GRANT", "client_credentials").With("GENLABZ_CLIENT_ID", "robot").With("GENLABZ_CLIENT_SECRET", "robots-secret");

        var run = await cli.With("GENLABZ_SCOPE", "openid email").RunAsync("auth", "status", "--format", "json");

        Assert.Equal((0, "robot@yourcompany.com"), (run.ExitCode, (string?)JsonNode.Parse(run.StandardOutput)!["email"]));
    }

    [Fact]
    public async Task Calls_the_api_for_an_organization_and_asks_for_another_token_once_when_one_is_refused()
    {
        await using var api = await ApiServer.StartAsync();
        api.Knows(token => Service.IsActive(token) && api.Requests.Count > 1);
        var cli = With("token_exchange").With("DATAGEN_ORG", "yourcompany");

        (await cli.RunAsync("api", "/v1/a")).IsError(1, "DATAGEN_API");
        Assert.Equal(new Run(0, "{\"ok\":true}", ""), await cli.With("DATAGEN_API", api.Address).RunAsync("api", "/v1/a"));

        Assert.Equal(["yourcompany", "yourcompany"], api.Requests.Select(request => request.Header("X-Datagen-Org")));
        Assert.Equal(2, api.Requests.Select(request => request.Token).Distinct().Count());
    }

    [Fact]
    public async Task The_file_is_read_afresh_each_time()
    {
        var cli = With("jwt_bearer");
        Assert.Equal(0, (await cli.RunAsync("auth", "token")).ExitCode);
        Mount(PlatformToken(life: TimeSpan.FromSeconds(-1)));

        (await cli.RunAsync("auth", "token")).IsError(4, "expired");
    }

    [Theory]
    [InlineData("audience", 4)]
    [InlineData("subject", 4)]
    [InlineData("expired", 4)]
    [InlineData("scope", 1)]
    [InlineData("client", 1)]
    public async Task What_the_server_does_not_accept_is_an_error(string what, int exitCode)
    {
        var cli = With("token_exchange");
        cli = what switch
        {
            "audience" => Changed(PlatformToken(audience: "https://elsewhere.example")),
            "subject" => Changed(PlatformToken(subject: "system:serviceaccount:jobs:other")),
            "expired" => Changed(PlatformToken(life: TimeSpan.FromSeconds(-1))),
            "scope" => cli.With("DATAGEN_SCOPE", "offline_access"),
            _ => cli.With("DATAGEN_CLIENT_ID", "unknown"),
        };

        (await cli.RunAsync("auth", "token")).IsError(exitCode, Service.IssuerUri.Authority);

        Cli Changed(string token)
        {
            Mount(token);
            return cli;
        }
    }

    [Theory]
    [InlineData("missing")]
    [InlineData("folder")]
    [InlineData("fifo")]
    [InlineData("device")]
    [InlineData("empty")]
    [InlineData("two lines")]
    [InlineData("too large")]
    public async Task A_file_that_holds_no_token_is_exit_1_and_no_request(string what)
    {
        var path = Home["token"];
        switch (what)
        {
            case "folder":
                Directory.CreateDirectory(path);
                break;
            case "fifo":
                Assert.Equal(0, (await Datagen.RunInShellAsync($"mkfifo {path}")).ExitCode);
                break;
            case "device":
                System.IO.File.CreateSymbolicLink(path, "/dev/zero");
                break;
            case not "missing":
                await System.IO.File.WriteAllTextAsync(path, what switch { "empty" => "", "two lines" => "a\nb", _ => new string('x', 70_000) }, Stop);
                break;
        }

        (await Robot("jwt_bearer").With("DATAGEN_SUBJECT_TOKEN_FILE", path).RunAsync("auth", "token")).IsError(1, path, "DATAGEN_SUBJECT_TOKEN_FILE");

        Assert.Empty(Requests);
    }

    [Theory]
    [InlineData("password", "client_credentials")]
    [InlineData("token_exchange", "DATAGEN_SUBJECT_TOKEN_FILE")]
    [InlineData("client_credentials", "DATAGEN_CLIENT_SECRET")]
    public async Task What_is_missing_is_said(string grant, string says) =>
        (await Robot(grant).RunAsync("auth", "token")).IsError(1, "DATAGEN_GRANT", says);

    [Fact]
    public async Task GitHub_Actions_is_asked_where_no_file_is_named()
    {
        await using var github = await ApiServer.StartAsync();
        github.Answer = (request, response) =>
        {
            response.StatusCode = request.Token == "request-token" ? 200 : 401;
            return response.WriteAsync($$"""{"count":1,"value":"{{PlatformToken()}}"}""");
        };
        var cli = Robot("token_exchange").With("ACTIONS_ID_TOKEN_REQUEST_URL", $"{github.Address}/id?api-version=2.0").With("ACTIONS_ID_TOKEN_REQUEST_TOKEN", "request-token");

        var run = await cli.RunAsync("auth", "token", "--verbose");

        Assert.Equal(0, run.ExitCode);
        Assert.Equal($"/id?api-version=2.0&audience={Uri.EscapeDataString(Service.Issuer)}", github.TheOne.Target);
        Assert.DoesNotContain("request-token", run.StandardError, StringComparison.Ordinal);
        Assert.DoesNotContain("eyJ", run.StandardError, StringComparison.Ordinal);
        await cli.With("DATAGEN_AUDIENCE", "api://x y").RunAsync("auth", "token");
        Assert.EndsWith("&audience=api%3A%2F%2Fx%20y", github.Requests.Last().Target, StringComparison.Ordinal);
        (await cli.With("ACTIONS_ID_TOKEN_REQUEST_TOKEN", "wrong").RunAsync("auth", "token")).IsError(1, github.Uri.Authority);
        (await cli.With("ACTIONS_ID_TOKEN_REQUEST_URL", "http://github.example/id").RunAsync("auth", "token")).IsError(1, "ACTIONS_ID_TOKEN_REQUEST_URL");
    }

    [Fact]
    public async Task The_file_of_a_person_is_neither_read_nor_written()
    {
        await SignedInAsync();
        var before = File.Bytes();
        var cli = With("jwt_bearer");

        Assert.NotEqual($"{File["access_token"]}\n", (await cli.RunAsync("auth", "token", "--refresh")).StandardOutput);
        foreach (var command in (string[][])[["auth", "login"], ["auth", "login", "--start"], ["auth", "logout"], ["auth", "logout", "--local"], ["auth", "org", "--use", "test-org"]])
            (await cli.RunAsync(command)).IsError(1, "DATAGEN_GRANT", "unset");

        Assert.Equal(before, File.Bytes());
        Assert.Equal($"{File["access_token"]}\n", (await cli.With("DATAGEN_TOKEN", File["access_token"]).RunAsync("auth", "token")).StandardOutput);
        Assert.Empty(Service.Events.Of<RefreshRotated>());
    }

    [Fact]
    public async Task No_secret_is_traced()
    {
        foreach (var how in (string[])["secret", "client_credentials", "token_exchange", "jwt_bearer"])
        {
            var run = await With(how).RunAsync("auth", "status", "--verbose");

            Assert.Equal(0, run.ExitCode);
            Assert.Contains("grant_type=", run.StandardError, StringComparison.Ordinal);
            Assert.DoesNotContain("robots-secret", run.StandardError, StringComparison.Ordinal);
            Assert.DoesNotContain("eyJ", run.StandardError, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Parameters_are_added()
    {
        var run = await With("token_exchange").With("DATAGEN_PARAMETERS", "audience=https%3A%2F%2Fapi.example").RunAsync("auth", "token");

        Assert.Equal(0, run.ExitCode);
        Assert.Equal("https://api.example", Service.Log.To("/token")[0].Field("audience"));
        (await With("token_exchange").With("DATAGEN_PARAMETERS", "subject_token=x").RunAsync("auth", "token")).IsError(1, "DATAGEN_PARAMETERS");
    }
}
