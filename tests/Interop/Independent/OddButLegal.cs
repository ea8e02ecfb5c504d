using System.Text.Json.Nodes;
using Interop.World;

namespace Interop.Independent;

public class OddButLegal(Servers servers) : OddSituation(servers)
{
    private const string Answer = "status: authenticated\nemail: you@yourcompany.com\nactive_org_slug: none\n";

    [Fact]
    public async Task Metadata_of_RFC_8414_alone_for_an_issuer_with_a_path()
    {
        var run = await Datagen(Odd).RunAsync("auth", "login", "--verbose");

        Assert.Equal((0, Answer), (run.ExitCode, run.StandardOutput));
        Assert.Contains("> GET " + Odd.Issuer + "/.well-known/openid-configuration\n< 404", run.StandardError, StringComparison.Ordinal);
        Assert.Contains(
            "> GET " + Odd.Issuer.Replace("/tenant", "/.well-known/oauth-authorization-server/tenant\n< 200", StringComparison.Ordinal),
            run.StandardError, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Browser_flow_at_a_server_without_RFC_9207()
    {
        using var login = GenLabZ(Odd).Start("auth", "login", "--flow", "browser");
        using var person = new Person();

        var page = await person.OpenAsync(new Uri(await login.SaysAsync(@"^Open: (\S+)$", Stop)), Stop);

        Assert.DoesNotContain("iss=", page.Address.Query, StringComparison.Ordinal);
        Assert.Contains("Signed in to GenLabZ", page.Text, StringComparison.Ordinal);
        Assert.Equal(0, (await login.ExitAsync(Stop)).ExitCode);
        Assert.Equal("you@yourcompany.com", GenLabZFile["email"]);
    }

    [Fact]
    public async Task No_interval_no_complete_address_no_expiry_no_ID_token_no_email()
    {
        var cli = Datagen(Odd, "sparse-cli");

        var run = await cli.RunAsync("auth", "login", "--format", "json");

        Assert.Equal(
            new Run(
                0,
                "{\"status\":\"authenticated\",\"email\":null,\"active_org_slug\":null}\n",
                $"User code: ODD\nVerify at: {Odd.Issuer}/device\n\n"),
            run);
        Assert.All(["expires_at", "refresh_token", "id_token"], key => Assert.False(File.Json.ContainsKey(key)));
        Assert.Equal(new Run(0, "email: none\nactive_org_slug: none\nrole: none\n", ""), await cli.RunAsync("auth", "status"));
        Assert.Equal(new Run(0, $"{File["access_token"]}\n", ""), await cli.RunAsync("auth", "token"));
        Assert.Equal(new Run(0, "status: logged_out\n", ""), await cli.RunAsync("auth", "logout"));
    }

    [Fact]
    public async Task No_email_and_no_expiry_in_the_other_product()
    {
        var cli = GenLabZ(Odd, "sparse-cli");

        var run = await cli.RunAsync("auth", "login", "--flow", "device");

        Assert.Equal((0, "Logged in successfully.\n"), (run.ExitCode, run.StandardOutput));
        Assert.Equal(new Run(0, "Email: none\nGroups: none\nExpires: unknown\n", ""), await cli.RunAsync("auth", "status"));
    }

    [Fact]
    public async Task Numbers_as_texts_a_lower_case_token_type_nulls_and_unknown_members()
    {
        var run = await Datagen(Odd, "texts-cli").RunAsync("auth", "login");

        Assert.Equal((0, Answer), (run.ExitCode, run.StandardOutput));
        Assert.InRange(Credentials.Moment(File["expires_at"]) - DateTimeOffset.UtcNow, TimeSpan.FromMinutes(58), TimeSpan.FromHours(1));
    }

    [Fact]
    public async Task Empty_texts_for_no_refresh_token_and_no_ID_token()
    {
        var run = await Datagen(Odd, "empty-cli").RunAsync("auth", "login");

        Assert.Equal((0, Answer), (run.ExitCode, run.StandardOutput));
        Assert.All(["refresh_token", "id_token"], key => Assert.False(File.Json.ContainsKey(key)));
    }

    [Fact]
    public async Task Another_scope_than_the_one_asked_for()
    {
        var run = await Datagen(Odd, "narrow-cli").RunAsync("auth", "login");

        Assert.Equal((0, Answer), (run.ExitCode, run.StandardOutput));
    }

    [Fact]
    public async Task An_access_token_of_eight_kilobytes()
    {
        var cli = Datagen(Odd, "large-cli");

        var run = await cli.RunAsync("auth", "login");

        Assert.Equal((0, Answer), (run.ExitCode, run.StandardOutput));
        Assert.InRange(File["access_token"].Length, 8 << 10, 9 << 10);
        Assert.Equal(0, (await cli.RunAsync("auth", "status")).ExitCode);
        Assert.Equal(new Run(0, $"{File["access_token"]}\n", ""), await cli.RunAsync("auth", "token"));
        Assert.Equal(0, (await cli.RunAsync("auth", "token", "--refresh")).ExitCode);
        Assert.Equal(0, (await cli.RunAsync("auth", "logout")).ExitCode);
    }

    [Fact]
    public async Task A_refresh_without_rotation_keeps_the_refresh_token()
    {
        var cli = Datagen(Odd, "no-rotation-cli");
        await cli.RunAsync("auth", "login");
        var (access, refresh, idToken) = (File["access_token"], File["refresh_token"], File["id_token"]);
        await Task.Delay(TimeSpan.FromSeconds(1), Stop); // Its tokens differ by their second alone.

        Assert.Equal(0, (await cli.RunAsync("auth", "token", "--refresh")).ExitCode);

        Assert.NotEqual(access, File["access_token"]);
        Assert.Equal((refresh, idToken), (File["refresh_token"], File["id_token"]));
    }

    [Fact]
    public async Task The_server_says_that_the_code_has_expired()
    {
        var run = await Datagen(Odd, "expired-cli").RunAsync("auth", "login", "--format", "json");

        Assert.Equal((5, ""), (run.ExitCode, run.StandardOutput));
        var error = JsonNode.Parse(run.StandardError.Split('\n')[^2])!["error"]!;
        Assert.Equal("sign_in_failed", (string?)error["code"]);
    }

    [Fact] // Finding 9: RFC 6749 section 5.2.
    public async Task The_server_has_forgotten_the_code_before_its_time()
    {
        var run = await Datagen(Odd, "forgetful-cli").RunAsync("auth", "login");

        run.IsErrorAfter($"User code: ODD\nVerify at: {Odd.Issuer}/device\n\n", 1, "invalid_grant");
    }

    [Fact]
    public async Task A_token_type_other_than_Bearer_is_refused()
    {
        var run = await Datagen(Odd, "mac-cli").RunAsync("auth", "login");

        run.IsErrorAfter($"User code: ODD\nVerify at: {Odd.Issuer}/device\n\n", 1, "mac", "only Bearer");
        Assert.False(File.Exists);
    }
}
