using LocalService.Faults;

namespace WholeProgram.Session;

public class Status : Situation
{
    private const string Answer = "email: you@yourcompany.com\nactive_org_slug: yourcompany\nrole: admin\n";

    private static Run Ok(string output) => new(0, output, "");

    [Fact]
    public async Task Says_what_the_document_shows()
    {
        await SignedInAsync();

        Assert.Equal(Ok(Answer), await Datagen.RunAsync("auth", "status"));
    }

    [Theory]
    [InlineData("--format", "json")]
    [InlineData("--format=json")]
    public async Task Says_it_as_one_JSON_object(params string[] format)
    {
        await SignedInAsync();

        Assert.Equal(
            Ok("""{"email":"you@yourcompany.com","active_org_slug":"yourcompany","role":"admin"}""" + "\n"),
            await Datagen.RunAsync(["auth", "status", .. format]));
    }

    [Fact]
    public async Task Is_exactly_one_request()
    {
        await SignedInAsync();
        var before = File.Bytes();

        await Datagen.RunAsync("auth", "status");

        var request = Assert.Single(Service.Log.Snapshot());
        Assert.Equal(("GET", "/userinfo", "", ""), (request.Method, request.Path, request.QueryString, request.Body));
        Assert.Equal($"Bearer {File["access_token"]}", request.Header("Authorization"));
        Assert.Equal("yourcompany", request.Header("X-Datagen-Org"));
        Assert.Equal(
            ["Accept", "Authorization", "Host", "User-Agent", "X-Datagen-Org"],
            request.Headers.Keys.Order(StringComparer.Ordinal));
        Assert.Equal(before, File.Bytes());
    }

    [Fact]
    public async Task The_server_of_the_file_is_asked_whatever_the_environment_says()
    {
        await SignedInAsync();

        Assert.Equal(Ok(Answer), await Datagen.With("DATAGEN_ISSUER", "https://id.invalid").RunAsync("auth", "status"));
    }

    [Fact]
    public async Task DATAGEN_ORG_stands_in_for_the_active_organization()
    {
        await SignedInAsync();
        var before = File.Bytes();

        Assert.Equal(
            Ok("email: you@yourcompany.com\nactive_org_slug: test-org\nrole: member\n"),
            await Datagen.With("DATAGEN_ORG", "test-org").RunAsync("auth", "status"));

        Assert.Equal("test-org", Assert.Single(Service.Log.Snapshot()).Header("X-Datagen-Org"));
        Assert.Equal(before, File.Bytes());
    }

    [Theory]
    [InlineData("strangers")]
    [InlineData("Yourcompany")]
    [InlineData("größe")]
    [InlineData("two\nlines")]
    public async Task DATAGEN_ORG_that_is_no_membership_is_exit_1(string slug)
    {
        await SignedInAsync();

        (await Datagen.With("DATAGEN_ORG", slug).RunAsync("auth", "status")).IsError(1, "DATAGEN_ORG", slug.Replace("\n", "", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Without_organizations_there_is_none_and_no_role()
    {
        await SignedInAsync("nobody@example.com");

        Assert.Equal(
            Ok("email: nobody@example.com\nactive_org_slug: none\nrole: none\n"), await Datagen.RunAsync("auth", "status"));
        Assert.Null(Assert.Single(Service.Log.Snapshot()).Header("X-Datagen-Org"));
        Assert.Equal(
            Ok("""{"email":"nobody@example.com","active_org_slug":null,"role":null}""" + "\n"),
            await Datagen.RunAsync("auth", "status", "--format", "json"));
    }

    [Fact]
    public async Task Among_many_organizations_the_active_one_is_found()
    {
        await SignedInAsync("many@example.com");
        File.Set("active_org_slug", "org-0900");

        Assert.Equal(
            Ok("email: many@example.com\nactive_org_slug: org-0900\nrole: member\n"), await Datagen.RunAsync("auth", "status"));
    }

    [Fact]
    public async Task A_token_of_eight_kilobytes_will_do()
    {
        Service.Settings.AccessTokenLength = 8192;
        await SignedInAsync();

        Assert.Equal(Ok(Answer), await Datagen.RunAsync("auth", "status"));
        Assert.Equal(8192, File["access_token"].Length);
    }

    [Fact]
    public async Task Not_signed_in_is_exit_4_and_no_request()
    {
        Assert.Equal(new Run(4, "status: no_credential\n", ""), await Datagen.RunAsync("auth", "status"));
        Assert.Equal(
            new Run(4, """{"status":"no_credential"}""" + "\n", ""), await Datagen.RunAsync("auth", "status", "--format", "json"));

        Assert.Empty(Requests);
        Assert.False(Directory.Exists(Home[".config"]));
    }

    [Fact]
    public async Task DATAGEN_TOKEN_is_used_instead_of_the_file()
    {
        await SignedInAsync("many@example.com");
        var token = (string)(await DirectSignIn.TokensAsync(Service, You, "datagen-cli", Stop))["access_token"]!;
        Forget();
        var before = File.Bytes();

        Assert.Equal(Ok(Answer), await Datagen.With("DATAGEN_TOKEN", token).RunAsync("auth", "status"));

        Assert.Equal(["GET /.well-known/openid-configuration", "GET /userinfo"], Requests);
        Assert.Equal($"Bearer {token}", Service.Log.To("/userinfo")[0].Header("Authorization"));
        Assert.Equal(before, File.Bytes());
    }

    [Fact]
    public async Task DATAGEN_TOKEN_needs_no_usable_file_and_no_home()
    {
        File.Put("garbage");
        var token = (string)(await DirectSignIn.TokensAsync(Service, You, "datagen-cli", Stop))["access_token"]!;
        var cli = Datagen.With("DATAGEN_TOKEN", token);

        Assert.Equal(Ok(Answer), await cli.RunAsync("auth", "status"));
        Assert.Equal(Ok(Answer), await cli.Without("HOME").RunAsync("auth", "status"));
    }

    [Fact]
    public async Task DATAGEN_TOKEN_that_the_server_refuses_is_exit_4_and_refreshes_nothing()
    {
        await SignedInAsync();
        var before = File.Bytes();

        (await Datagen.With("DATAGEN_TOKEN", "unknown").RunAsync("auth", "status")).IsError(4, "DATAGEN_TOKEN");

        Assert.DoesNotContain("POST /token", Requests);
        Assert.Equal(before, File.Bytes());
    }

    [Fact]
    public async Task A_server_that_is_down_is_exit_3()
    {
        await SignedInAsync();
        var before = File.Bytes();
        await Service.DisposeAsync();

        (await Datagen.RunAsync("auth", "status")).IsError(3, Service.IssuerUri.Authority);
        (await Datagen.RunAsync("auth", "status", "--format", "json")).IsJsonError(3, "unreachable", Service.IssuerUri.Authority);

        Assert.Equal(before, File.Bytes());
    }

    [Theory]
    [InlineData(500)]
    [InlineData(503)]
    public async Task An_answer_in_the_500s_is_exit_3_and_one_request(int status)
    {
        await SignedInAsync();
        Service.Faults.Add(new Fault("/userinfo") { Status = status });

        (await Datagen.RunAsync("auth", "status")).IsError(3, $"{status}");

        Assert.Equal(["GET /userinfo"], Requests);
    }

    [Theory]
    [InlineData(FaultEnding.Drop)]
    [InlineData(FaultEnding.Truncate)]
    public async Task A_connection_that_is_lost_is_exit_3_and_one_request(FaultEnding ending)
    {
        await SignedInAsync();
        Service.Faults.Add(new Fault("/userinfo") { Ending = ending });

        (await Datagen.RunAsync("auth", "status")).IsError(3, Service.IssuerUri.Authority);

        Assert.Equal(["GET /userinfo"], Requests);
    }

    [Theory]
    [InlineData(200, "text/html", "<html>")]
    [InlineData(200, "application/json", "[]")]
    [InlineData(200, "application/json", "{\"memberships\":[{}]}")]
    [InlineData(302, "text/html", "")]
    [InlineData(404, "text/html", "")]
    public async Task An_answer_that_is_not_what_it_should_be_is_exit_1(int status, string contentType, string body)
    {
        await SignedInAsync();
        Service.Faults.Add(new Fault("/userinfo") { Status = status, Body = body, ContentType = contentType });

        (await Datagen.RunAsync("auth", "status")).IsError(1);
    }
}
