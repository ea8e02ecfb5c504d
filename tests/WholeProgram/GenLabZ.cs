namespace WholeProgram;

/// <summary>The second product, as far as it is the same code.</summary>
public class GenLabZ : Situation
{
    private static Run Ok(string output) => new(0, output, "");

    private async Task<string> TokenAsync(string email)
    {
        var token = (string)(await DirectSignIn.TokensAsync(Service, email, "genlabz-cli", Stop))["access_token"]!;
        Forget();
        return token;
    }

    [Fact]
    public async Task Stores_a_token_from_standard_input()
    {
        var token = await TokenAsync(Author);

        var run = await GenLabZ.RunWithInputAsync(token, "auth", "login", "--with-token");

        Assert.Equal((0, ""), (run.ExitCode, run.StandardError));
        Assert.Equal(["GET /.well-known/openid-configuration", "GET /userinfo"], Requests);
        Assert.Null(Service.Log.To("/userinfo")[0].Header("X-Datagen-Org"));
        Assert.Equal(
            ["access_token", "token_type", "email", "groups", "stored_at", "issuer", "client_id", "endpoints"],
            GenLabZFile.Json.Select(member => member.Key));
        Assert.Equal(("genlabz-cli", """["authors"]"""), (GenLabZFile["client_id"], GenLabZFile.Json["groups"]!.ToJsonString()));
        Assert.Equal((OwnerOnly, OwnerOnly | UnixFileMode.UserExecute), (GenLabZFile.Mode, GenLabZFile.FolderMode));
        Assert.False(Directory.Exists(Home[".config"]));
    }

    [Fact]
    public async Task Says_in_JSON_that_no_expiry_is_known() =>
        Assert.Equal(
            Ok("""{"status":"authenticated","email":"admin@example.com","groups":["authors","admins"],"expires_at":null}""" + "\n"),
            await GenLabZ.RunWithInputAsync(await TokenAsync("admin@example.com"), "auth", "login", "--with-token", "--format", "json"));

    [Fact]
    public async Task Status_is_the_documents_three_sentences_and_asks_no_server()
    {
        await SignedInToGenLabZAsync();
        var before = GenLabZFile.Bytes();

        Assert.Equal(
            Ok($"Email: you@example.com\nGroups: authors\nExpires: {GenLabZFile["expires_at"]}\n"), await GenLabZ.RunAsync("auth", "status"));
        Assert.Equal(
            Ok($$"""{"email":"you@example.com","groups":["authors"],"expires_at":"{{GenLabZFile["expires_at"]}}"}""" + "\n"),
            await GenLabZ.RunAsync("auth", "status", "--format", "json"));

        Assert.Empty(Requests);
        Assert.Equal(before, GenLabZFile.Bytes());
    }

    [Theory]
    [InlineData("admin@example.com", "authors, admins")]
    [InlineData("nobody@example.com", "none")]
    public async Task Groups_are_joined_or_none(string email, string groups)
    {
        await SignedInToGenLabZAsync(email);

        Assert.Equal(
            Ok($"Email: {email}\nGroups: {groups}\nExpires: {GenLabZFile["expires_at"]}\n"), await GenLabZ.RunAsync("auth", "status"));
    }

    [Fact]
    public async Task Without_an_expiry_it_is_unknown()
    {
        await SignedInToGenLabZAsync("nobody@example.com");
        GenLabZFile.Set("expires_at", null);

        Assert.Equal(Ok("Email: nobody@example.com\nGroups: none\nExpires: unknown\n"), await GenLabZ.RunAsync("auth", "status"));
        Assert.Equal(
            Ok("""{"email":"nobody@example.com","groups":[],"expires_at":null}""" + "\n"),
            await GenLabZ.RunAsync("auth", "status", "--format", "json"));
    }

    [Fact]
    public async Task Status_refreshes_within_five_minutes_of_the_end()
    {
        await SignedInToGenLabZAsync();
        GenLabZFile.ExpiresIn(TimeSpan.FromMinutes(4));
        var old = GenLabZFile["expires_at"];

        var run = await GenLabZ.RunAsync("auth", "status");

        Assert.Equal(Ok($"Email: you@example.com\nGroups: authors\nExpires: {GenLabZFile["expires_at"]}\n"), run);
        Assert.NotEqual(old, GenLabZFile["expires_at"]);
        Assert.Equal(["POST /token"], Requests);
        Assert.Equal("genlabz-cli", Service.Log.To("/token")[0].Field("client_id"));
    }

    [Fact]
    public async Task Nobody_is_not_logged_in()
    {
        Assert.Equal(new Run(4, "Not logged in.\n", ""), await GenLabZ.RunAsync("auth", "status"));
        Assert.Equal(
            new Run(4, """{"status":"no_credential"}""" + "\n", ""), await GenLabZ.RunAsync("auth", "status", "--format", "json"));
        Assert.Equal(Ok("Not logged in.\n"), await GenLabZ.RunAsync("auth", "logout"));
        Assert.Equal(Ok("""{"status":"no_credential"}""" + "\n"), await GenLabZ.RunAsync("auth", "logout", "--format", "json"));
        Assert.Equal(
            new Run(4, "", "error: you are not signed in\nhint: run genlabz auth login\n"), await GenLabZ.RunAsync("auth", "token"));
    }

    [Fact]
    public async Task Logging_out_revokes_and_clears()
    {
        await SignedInToGenLabZAsync();
        var (accessToken, refreshToken) = (GenLabZFile["access_token"], GenLabZFile["refresh_token"]);

        Assert.Equal(Ok("Logged out. Tokens cleared.\n"), await GenLabZ.RunAsync("auth", "logout"));

        Assert.False(GenLabZFile.Exists);
        Assert.False(Service.IsActive(accessToken) || Service.IsActive(refreshToken));
    }

    [Fact]
    public async Task Logging_out_is_one_JSON_object_too()
    {
        await SignedInToGenLabZAsync();

        Assert.Equal(Ok("""{"status":"logged_out"}""" + "\n"), await GenLabZ.RunAsync("auth", "logout", "--format", "json"));
    }

    [Fact]
    public async Task Has_no_organizations() => (await GenLabZ.RunAsync("auth", "org", "--list")).IsError(2, "org");

    [Fact]
    public async Task Has_variables_of_its_own()
    {
        await SignedInToGenLabZAsync();

        Assert.Equal(
            Ok("from-the-environment\n"),
            await GenLabZ.With("GENLABZ_TOKEN", "from-the-environment").With("DATAGEN_TOKEN", "another").RunAsync("auth", "token"));
        Assert.Equal(Ok(GenLabZFile["access_token"] + "\n"), await GenLabZ.With("DATAGEN_TOKEN", "another").RunAsync("auth", "token"));
        (await GenLabZ.With("GENLABZ_TOKEN", "given").RunAsync("auth", "logout")).IsError(1, "GENLABZ_TOKEN");
        (await GenLabZ.With("GENLABZ_ISSUER", "http://id.example").RunAsync("auth", "login")).IsError(1, "GENLABZ_ISSUER");
        (await GenLabZ.Without("HOME").RunAsync("auth", "token")).IsError(1, "GENLABZ_CONFIG_DIR", "GENLABZ_TOKEN");
    }

    [Fact]
    public async Task Knows_no_XDG_folder()
    {
        await SignedInToGenLabZAsync();

        Assert.Equal(
            Ok(GenLabZFile["access_token"] + "\n"), await GenLabZ.With("XDG_CONFIG_HOME", Home["xdg"]).RunAsync("auth", "token"));
    }

    [Fact]
    public async Task Lives_beside_datagen_in_one_home()
    {
        await SignedInAsync();
        await SignedInToGenLabZAsync();
        var before = File.Bytes();

        await GenLabZ.RunAsync("auth", "logout");

        Assert.Equal(before, File.Bytes());
        Assert.Equal(Ok(File["access_token"] + "\n"), await Datagen.RunAsync("auth", "token"));
    }

    [Fact]
    public async Task Names_itself_to_the_server()
    {
        await SignedInToGenLabZAsync();

        await GenLabZ.RunAsync("auth", "token", "--refresh");

        Assert.Equal("genlabz/1.0.0", Assert.Single(Service.Log.Snapshot()).Header("User-Agent"));
    }
}
