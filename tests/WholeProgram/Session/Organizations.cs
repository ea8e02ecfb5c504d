using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using LocalService.State;

namespace WholeProgram.Session;

public class Organizations : Situation
{
    private const string List = "active_org_slug: yourcompany\nmemberships:\n  - yourcompany (admin, active)\n  - test-org (member)\n";
    private const string Switched = "email: you@yourcompany.com\nactive_org_slug: test-org\nrole: member\n";

    private static Run Ok(string output) => new(0, output, "");

    [Fact]
    public async Task Are_listed_as_the_document_shows()
    {
        await SignedInAsync();

        Assert.Equal(Ok(List), await Datagen.RunAsync("auth", "org", "--list"));

        Assert.Equal(["GET /userinfo"], Requests);
    }

    [Fact]
    public async Task Are_listed_as_one_JSON_object()
    {
        await SignedInAsync();

        Assert.Equal(
            Ok("""{"active_org_slug":"yourcompany","memberships":[{"slug":"yourcompany","role":"admin","active":true},{"slug":"test-org","role":"member","active":false}]}""" + "\n"),
            await Datagen.RunAsync("auth", "org", "--list", "--format", "json"));
    }

    [Fact]
    public async Task Are_listed_in_the_servers_order()
    {
        Service.People.Put(new Person("person-1", You, "")
        {
            Memberships = [new("zulu", "member"), new("test-org", "member"), new("alpha", "admin"), new("yourcompany", "admin")],
        });
        await SignedInAsync();
        File.Set("active_org_slug", "alpha");

        Assert.Equal(
            Ok("active_org_slug: alpha\nmemberships:\n  - zulu (member)\n  - test-org (member)\n  - alpha (admin, active)\n  - yourcompany (admin)\n"),
            await Datagen.RunAsync("auth", "org", "--list"));
    }

    [Fact]
    public async Task That_are_none_are_listed_as_none()
    {
        await SignedInAsync("nobody@example.com");

        Assert.Equal(Ok("active_org_slug: none\nmemberships: none\n"), await Datagen.RunAsync("auth", "org", "--list"));
        Assert.Equal(
            Ok("""{"active_org_slug":null,"memberships":[]}""" + "\n"), await Datagen.RunAsync("auth", "org", "--list", "--format", "json"));
    }

    [Fact]
    public async Task By_the_thousand_are_all_listed()
    {
        await SignedInAsync("many@example.com");
        var expected = new StringBuilder("active_org_slug: org-0001\nmemberships:\n  - org-0001 (member, active)\n");
        for (var number = 2; number <= 1000; number++)
            expected.Append(CultureInfo.InvariantCulture, $"  - org-{number:0000} (member)\n");

        Assert.Equal(Ok(expected.ToString()), await Datagen.RunAsync("auth", "org", "--list"));
    }

    [Fact]
    public async Task Are_switched_as_the_document_shows()
    {
        await SignedInAsync();

        Assert.Equal(Ok(Switched), await Datagen.RunAsync("auth", "org", "--use", "test-org"));

        Assert.Equal(["GET /userinfo"], Requests);
        Assert.Equal("test-org", File["active_org_slug"]);
        Assert.Equal(OwnerOnly, File.Mode);
        Assert.Equal(Ok(Switched), await Datagen.RunAsync("auth", "status"));
        Assert.Equal("test-org", Service.Log.To("/userinfo")[^1].Header("X-Datagen-Org"));
    }

    [Fact]
    public async Task Are_switched_with_one_JSON_object()
    {
        await SignedInAsync();

        Assert.Equal(
            Ok("""{"email":"you@yourcompany.com","active_org_slug":"test-org","role":"member"}""" + "\n"),
            await Datagen.RunAsync("auth", "org", "--use=test-org", "--format=json"));
    }

    [Fact]
    public async Task Are_switched_without_touching_anything_else_in_the_file()
    {
        await SignedInAsync();
        File.Set("later", new JsonObject { ["deep"] = new JsonArray(1, "zwei") });
        var expected = File.Json;
        expected["active_org_slug"] = "test-org";

        await Datagen.RunAsync("auth", "org", "--use", "test-org");

        Assert.True(JsonNode.DeepEquals(expected, File.Json), "another key changed");
    }

    [Theory]
    [InlineData("strangers")]
    [InlineData("Test-Org")]
    public async Task That_are_no_memberships_are_exit_1_and_change_nothing(string slug)
    {
        await SignedInAsync();
        var before = File.Bytes();

        (await Datagen.RunAsync("auth", "org", "--use", slug)).IsError(1, "hint: ", "datagen auth org --list");
        (await Datagen.RunAsync("auth", "org", "--use", slug, "--format", "json")).IsJsonError(1, "failed", slug);

        Assert.Equal(before, File.Bytes());
    }

    [Theory]
    [InlineData]
    [InlineData("--list", "--use", "test-org")]
    [InlineData("--use")]
    [InlineData("test-org")]
    public async Task Need_one_of_list_and_use_or_it_is_exit_2(params string[] options)
    {
        await SignedInAsync();
        var before = File.Bytes();

        (await Datagen.RunAsync(["auth", "org", .. options])).IsError(2);

        Assert.Empty(Requests);
        Assert.Equal(before, File.Bytes());
    }

    [Fact]
    public async Task Cannot_be_switched_while_DATAGEN_TOKEN_is_set()
    {
        await SignedInAsync();
        var before = File.Bytes();
        var cli = Datagen.With("DATAGEN_TOKEN", File["access_token"]);

        (await cli.RunAsync("auth", "org", "--use", "test-org")).IsError(1, "DATAGEN_TOKEN");

        Assert.Empty(Requests);
        Assert.Equal(before, File.Bytes());
        Assert.Equal(Ok(List), await cli.RunAsync("auth", "org", "--list"));
    }

    [Fact]
    public async Task Of_this_one_invocation_are_marked_active()
    {
        await SignedInAsync();

        Assert.Equal(
            Ok("active_org_slug: test-org\nmemberships:\n  - yourcompany (admin)\n  - test-org (member, active)\n"),
            await Datagen.With("DATAGEN_ORG", "test-org").RunAsync("auth", "org", "--list"));
        Assert.Equal("yourcompany", File["active_org_slug"]);
    }

    [Fact]
    public async Task Can_still_be_listed_and_switched_by_a_person_who_was_removed_from_the_active_one()
    {
        await SignedInAsync();
        Service.People.Put(new Person("person-1", You, "") { Memberships = [new("test-org", "member"), new("third", "owner")] });

        var list = await Datagen.RunAsync("auth", "org", "--list");

        Assert.Equal((0, "active_org_slug: yourcompany\nmemberships:\n  - test-org (member)\n  - third (owner)\n"), (list.ExitCode, list.StandardOutput));
        Assert.Matches(@"\Awarning: [^\n]*yourcompany[^\n]*\n\z", list.StandardError);
        Assert.Equal(Ok(Switched), await Datagen.RunAsync("auth", "org", "--use", "test-org"));
        Assert.Equal("test-org", File["active_org_slug"]);
    }

    [Theory]
    [InlineData("--list")]
    [InlineData("--use", "test-org")]
    public async Task Of_nobody_are_exit_4(params string[] options)
    {
        (await Datagen.RunAsync(["auth", "org", .. options])).IsError(4, "datagen auth login");

        Assert.Empty(Requests);
        Assert.False(File.Exists);
    }

    [Fact]
    public async Task Are_unreachable_when_the_server_is()
    {
        await SignedInAsync();
        var before = File.Bytes();
        await Service.DisposeAsync();

        (await Datagen.RunAsync("auth", "org", "--list")).IsError(3, Service.IssuerUri.Authority);
        (await Datagen.RunAsync("auth", "org", "--use", "test-org")).IsError(3, Service.IssuerUri.Authority);

        Assert.Equal(before, File.Bytes());
    }

    [Fact]
    public async Task Are_switched_even_while_the_session_is_being_refreshed()
    {
        await SignedInAsync();
        File.ExpiresIn(TimeSpan.FromMinutes(-1));

        var runs = await Task.WhenAll(
            Datagen.RunAsync("auth", "token"),
            Datagen.RunAsync("auth", "org", "--use", "test-org"),
            Datagen.RunAsync("auth", "token"));

        Assert.Equal([0, 0, 0], runs.Select(run => run.ExitCode));
        Assert.Equal("test-org", File["active_org_slug"]);
        Assert.Equal(File["access_token"] + "\n", runs[0].StandardOutput);
        Assert.Single(Service.Log.To("/token"));
    }
}
