namespace WholeProgram.SigningIn;

/// <summary>What some servers say about a person; signed in with a token, which is the shortest way to ask.</summary>
public class UnusualClaims : Situation
{
    private async Task<Run> SignInAsync() => await Datagen.RunWithInputAsync(
        (string)(await DirectSignIn.TokensAsync(Service, You, "datagen-cli", Stop))["access_token"]!, "auth", "login", "--with-token");

    [Theory]
    [InlineData("default_org_slug", "\"strangers\"")]
    [InlineData("default_org_slug", null)]
    public async Task A_default_that_is_no_membership_gives_way_to_the_first_one(string key, string? json)
    {
        Changes("/userinfo", key, json);

        var run = await SignInAsync();

        Assert.Equal(new Run(0, "status: authenticated\nemail: you@yourcompany.com\nactive_org_slug: yourcompany\n", ""), run);
    }

    [Theory]
    [InlineData("email", null, "status: authenticated\nemail: none\nactive_org_slug: yourcompany\n")]
    [InlineData("email", "null", "status: authenticated\nemail: none\nactive_org_slug: yourcompany\n")]
    [InlineData("memberships", null, "status: authenticated\nemail: you@yourcompany.com\nactive_org_slug: none\n")]
    [InlineData("memberships", "null", "status: authenticated\nemail: you@yourcompany.com\nactive_org_slug: none\n")]
    [InlineData("memberships", "[]", "status: authenticated\nemail: you@yourcompany.com\nactive_org_slug: none\n")]
    [InlineData("memberships", "[{\"slug\":\"alone\"}]", "status: authenticated\nemail: you@yourcompany.com\nactive_org_slug: alone\n")]
    public async Task May_not_know_everything_about_a_person(string claim, string? json, string answer)
    {
        Changes("/userinfo", claim, json);

        var run = await SignInAsync();

        Assert.Equal(new Run(0, answer, ""), run);
    }

    [Theory]
    [InlineData("memberships", "\"yourcompany\"")]
    [InlineData("memberships", "[\"yourcompany\"]")]
    [InlineData("memberships", "[null]")]
    [InlineData("memberships", "[{\"slug\":\"\"}]")]
    [InlineData("memberships", "[{\"slug\":5}]")]
    public async Task That_make_no_sense_are_exit_1_and_nothing_is_stored(string key, string? json)
    {
        Changes("/userinfo", key, json);

        (await SignInAsync()).IsError(1, "/userinfo");

        Assert.DoesNotContain("credentials.json", File.Siblings);
    }
}
