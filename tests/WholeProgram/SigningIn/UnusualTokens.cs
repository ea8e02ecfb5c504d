namespace WholeProgram.SigningIn;

/// <summary>Answers of a token endpoint that are not this service's, but that some server gives.</summary>
public class UnusualTokens : Situation
{
    private const string Answer = "status: authenticated\nemail: you@yourcompany.com\nactive_org_slug: yourcompany\n";

    [Theory]
    [InlineData("token_type", "\"bearer\"")]
    [InlineData("token_type", null)]
    [InlineData("id_token", "null")]
    [InlineData("scope", null)]
    public async Task Will_do(string key, string? json)
    {
        Changes("/token", key, json);

        var run = await SignInAsync(Datagen, You);

        Assert.Equal(new Run(0, Answer, Prompts()), run);
    }

    [Theory]
    [InlineData("3600", 3600)]
    [InlineData("\"3600\"", 3600)]
    [InlineData("59.9", 59)]
    [InlineData("1e300", 100L * 365 * 86400)]
    public async Task May_say_in_their_own_way_how_long_a_token_lives(string expiresIn, long seconds)
    {
        Changes("/token", "expires_in", expiresIn);

        var run = await SignInAsync(Datagen, You);

        Assert.Equal(new Run(0, Answer, Prompts()), run);

        var lifetime = Credentials.Moment(File["expires_at"]) - Credentials.Moment(File["stored_at"]);
        Assert.InRange((long)lifetime.TotalSeconds, seconds, seconds + 1);
    }

    [Theory]
    [InlineData("0")]
    [InlineData("-5")]
    [InlineData("\"soon\"")]
    [InlineData("\"NaN\"")]
    [InlineData("{}")]
    public async Task May_say_it_in_a_way_that_nobody_understands_and_then_have_not_said_it(string expiresIn)
    {
        Changes("/token", "expires_in", expiresIn);

        var run = await SignInAsync(Datagen, You);

        Assert.Equal(new Run(0, Answer, Prompts()), run);
        Assert.False(File.Json.ContainsKey("expires_at"));
    }

    [Theory]
    [InlineData("access_token", null)]
    [InlineData("access_token", "\"\"")]
    [InlineData("access_token", "\"two words\"")]
    [InlineData("token_type", "\"DPoP\"")]
    public async Task That_make_no_sense_are_exit_1_and_nothing_is_stored(string key, string? json)
    {
        Changes("/token", key, json);

        (await SignInAsync(Datagen, You)).IsErrorAfter(Prompts(), 1, "/token");

        Assert.DoesNotContain("credentials.json", File.Siblings);
    }
}
