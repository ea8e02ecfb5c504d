using System.Buffers.Text;
using System.Text;
using System.Text.Json.Nodes;
using LocalService.Faults;

namespace WholeProgram.SigningIn;

/// <summary>GenLabZ by device flow: who signed in is told by the ID token.</summary>
public class ByIdToken : Situation
{
    [Theory]
    [InlineData("RS256")]
    [InlineData("ES256")]
    public async Task Says_what_the_document_shows(string algorithm)
    {
        Service.Settings.IdTokenAlgorithm = algorithm;

        var run = await SignInAsync(GenLabZ, Author, "--flow", "device");

        Assert.Equal(new Run(0, $"Logged in successfully. Token expires at {GenLabZFile["expires_at"]}\n", Prompts()), run);
        Assert.Equal(
            ["GET /.well-known/openid-configuration", "POST /device_authorization", "POST /token", "GET /jwks"],
            Service.Log.Snapshot().Where(request => request.Header("User-Agent") is not null)
                .Select(request => $"{request.Method} {request.Path}").Distinct());
        Assert.Equal(
            "client_id=genlabz-cli&scope=openid+email+offline_access", Assert.Single(Service.Log.To("/device_authorization")).Body);
    }

    [Fact]
    public async Task Says_it_as_one_JSON_object()
    {
        var run = await SignInAsync(GenLabZ, "admin@example.com", "--flow=device", "--format=json");

        Assert.Equal(
            new Run(
                0,
                $$"""{"status":"authenticated","email":"admin@example.com","groups":["authors","admins"],"expires_at":"{{GenLabZFile["expires_at"]}}"}""" + "\n",
                Prompts()),
            run);
    }

    [Fact]
    public async Task Stores_what_the_contract_lists()
    {
        await SignInAsync(GenLabZ, Author, "--flow", "device");

        Assert.Equal(
            [
                "access_token", "token_type", "email", "groups", "stored_at", "expires_at", "refresh_token", "id_token", "issuer", "client_id",
                "endpoints",
            ],
            GenLabZFile.Json.Select(member => member.Key));
        Assert.Equal(
            ("you@example.com", """["authors"]""", "genlabz-cli", Service.Issuer),
            (GenLabZFile["email"], GenLabZFile.Json["groups"]!.ToJsonString(), GenLabZFile["client_id"], GenLabZFile["issuer"]));
        Assert.Equal((OwnerOnly, OwnerOnly | UnixFileMode.UserExecute), (GenLabZFile.Mode, GenLabZFile.FolderMode));
        Assert.Equal(["credentials.json", "credentials.lock", "settings.json"], GenLabZFile.Siblings);
    }

    [Fact]
    public async Task Without_an_expiry_says_nothing_of_it()
    {
        Service.Settings.OmitExpiresIn = true;

        var run = await SignInAsync(GenLabZ, Author, "--flow", "device");

        Assert.Equal(new Run(0, "Logged in successfully.\n", Prompts()), run);
    }

    [Theory]
    [InlineData("groups")]
    [InlineData("cognito:groups")]
    public async Task Of_a_server_that_gives_none_UserInfo_stands_in(string claim)
    {
        Service.Settings.IssueIdTokens = false;
        Service.Faults.Add(new Fault("/userinfo")
        {
            Rewrite = body => body.Replace("\"groups\"", $"\"{claim}\"", StringComparison.Ordinal),
        });

        var run = await SignInAsync(GenLabZ, Author, "--flow", "device");

        Assert.Equal((0, Prompts()), (run.ExitCode, run.StandardError));
        Assert.Equal(
            ("you@example.com", """["authors"]"""), (GenLabZFile["email"], GenLabZFile.Json["groups"]!.ToJsonString()));
    }

    [Theory]
    [InlineData(0, "{\"alg\":\"none\"}")]
    [InlineData(0, "{\"alg\":\"HS256\"}")]
    [InlineData(1, "email")]
    [InlineData(1, "groups")]
    [InlineData(2, "")]
    [InlineData(2, "c2lnbmF0dXJl")]
    public async Task That_was_tampered_with_is_exit_1_and_nothing_is_stored(int part, string change)
    {
        Service.Faults.Add(new Fault("/token") { Times = 100, Rewrite = body => Tampered(body, part, change) });

        var run = await SignInAsync(GenLabZ, Author, "--flow", "device");

        run.IsErrorAfter(Prompts(), 1, "ID token");
        Assert.DoesNotContain("credentials.json", GenLabZFile.Siblings);
    }

    [Fact]
    public async Task That_none_of_the_servers_keys_signed_is_exit_1_and_nothing_is_stored()
    {
        Service.Faults.Add(new Fault("/jwks") { Body = """{"keys":[]}""" });

        (await SignInAsync(GenLabZ, Author, "--flow", "device")).IsErrorAfter(Prompts(), 1, "ID token");

        Assert.DoesNotContain("credentials.json", GenLabZFile.Siblings);
    }

    [Fact]
    public async Task Whose_keys_cannot_be_had_is_exit_3_and_nothing_is_stored()
    {
        Service.Faults.Add(new Fault("/jwks") { Status = 500 });

        (await SignInAsync(GenLabZ, Author, "--flow", "device")).IsErrorAfter(Prompts(), 3, "500");

        Assert.DoesNotContain("credentials.json", GenLabZFile.Siblings);
    }

    [Fact]
    public async Task Of_a_clock_that_is_hours_behind_is_exit_1_and_nothing_is_stored()
    {
        Service.Clock.Advance(TimeSpan.FromHours(-2));

        (await SignInAsync(GenLabZ, Author, "--flow", "device")).IsErrorAfter(Prompts(), 1, "ID token", "clock");

        Assert.DoesNotContain("credentials.json", GenLabZFile.Siblings);
    }

    private static string Tampered(string body, int part, string change)
    {
        var answer = JsonNode.Parse(body)!.AsObject();
        if (answer["id_token"] is not { } idToken) return body;
        var parts = ((string)idToken!).Split('.');
        parts[part] = part switch
        {
            0 => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(change)),
            1 => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(Other(Encoding.UTF8.GetString(Base64Url.DecodeFromChars(parts[1])), change))),
            _ => change,
        };
        answer["id_token"] = string.Join('.', parts);
        return answer.ToJsonString();

        static string Other(string payload, string claim)
        {
            var claims = JsonNode.Parse(payload)!.AsObject();
            claims[claim] = claim == "groups" ? new JsonArray("admins") : "admin@example.com";
            return claims.ToJsonString();
        }
    }
}
