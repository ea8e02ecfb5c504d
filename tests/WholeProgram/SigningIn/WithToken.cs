namespace WholeProgram.SigningIn;

public class WithToken : Situation
{
    private async Task<string> TokenAsync()
    {
        var token = (string)(await DirectSignIn.TokensAsync(Service, You, "datagen-cli", Stop))["access_token"]!;
        Forget();
        return token;
    }

    [Theory]
    [InlineData("")]
    [InlineData("\n")]
    [InlineData("\r\n")]
    public async Task From_standard_input_is_checked_and_stored(string lineEnd)
    {
        var token = await TokenAsync();

        var run = await Datagen.RunWithInputAsync(token + lineEnd, "auth", "login", "--with-token");

        Assert.Equal(new Run(0, "status: authenticated\nemail: you@yourcompany.com\nactive_org_slug: yourcompany\n", ""), run);
        Assert.Equal(["GET /.well-known/openid-configuration", "GET /userinfo"], Requests);
        Assert.Equal($"Bearer {token}", Service.Log.To("/userinfo")[0].Header("Authorization"));
        Assert.Equal(
            ["access_token", "token_type", "email", "active_org_slug", "stored_at", "issuer", "client_id", "endpoints"],
            File.Json.Select(member => member.Key));
        Assert.Equal((token, OwnerOnly), (File["access_token"], File.Mode));
    }

    [Theory]
    [InlineData("\uFEFF")]
    [InlineData("Bearer ")]
    [InlineData("Authorization: bearer ")]
    public async Task As_people_paste_it_is_stored_bare(string before)
    {
        var token = await TokenAsync();

        var run = await Datagen.RunWithInputAsync($"{before}{token}\n", "auth", "login", "--with-token");

        Assert.Equal((0, ""), (run.ExitCode, run.StandardError));
        Assert.Equal(token, File["access_token"]);
    }

    [Fact]
    public async Task Says_it_in_JSON()
    {
        var run = await Datagen.RunWithInputAsync(await TokenAsync(), "auth", "login", "--with-token", "--format=json");

        Assert.Equal(
            new Run(0, """{"status":"authenticated","email":"you@yourcompany.com","active_org_slug":"yourcompany"}""" + "\n", ""), run);
    }

    [Fact]
    public async Task That_the_server_refuses_is_exit_1_and_nothing_is_stored()
    {
        var run = await Datagen.RunWithInputAsync("unknown-token\n", "auth", "login", "--with-token");

        run.IsError(1, "refused");
        Assert.DoesNotContain("unknown-token", run.StandardError, StringComparison.Ordinal);
        Assert.DoesNotContain("credentials.json", File.Siblings);
    }

    [Fact]
    public async Task That_the_server_refuses_leaves_the_old_credential_as_it_was()
    {
        await SignedInAsync();
        var before = File.Bytes();

        (await Datagen.RunWithInputAsync("unknown-token\n", "auth", "login", "--with-token")).IsError(1, "refused");

        Assert.Equal(before, File.Bytes());
    }

    [Theory]
    [InlineData("")]
    [InlineData(" \n")]
    [InlineData("two words")]
    [InlineData("two\nlines")]
    [InlineData("tökén")]
    public async Task That_is_none_is_exit_1_without_a_request(string input)
    {
        (await Datagen.RunWithInputAsync(input, "auth", "login", "--with-token")).IsError(1, "standard input");

        Assert.Empty(Requests);
        Assert.False(File.Exists);
    }

    [Fact]
    public async Task That_never_ends_is_exit_1_without_a_request()
    {
        (await Datagen.RunInShellAsync("yes 2>/dev/null | tr -d '\\n' 2>/dev/null | \"$@\"", "auth", "login", "--with-token")).IsError(1, "too long");

        Assert.Empty(Requests);
    }

    [Fact]
    public async Task With_the_server_down_is_exit_3_and_nothing_is_stored()
    {
        var token = await TokenAsync();
        await Service.DisposeAsync();

        (await Datagen.RunWithInputAsync(token, "auth", "login", "--with-token")).IsError(3, Service.IssuerUri.Authority);

        Assert.DoesNotContain("credentials.json", File.Siblings);
    }

    [Fact]
    public async Task That_expires_is_not_refreshed()
    {
        await Datagen.RunWithInputAsync(await TokenAsync(), "auth", "login", "--with-token");
        Service.Clock.Advance(TimeSpan.FromHours(2));

        (await Datagen.RunAsync("auth", "status")).IsError(4, "datagen auth login");

        Assert.DoesNotContain("POST /token", Requests);
    }
}
