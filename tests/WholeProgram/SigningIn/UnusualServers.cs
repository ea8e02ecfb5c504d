using LocalService.Faults;

namespace WholeProgram.SigningIn;

/// <summary>Answers that are not this service's, but that some server gives.</summary>
public class UnusualServers : Situation
{
    private const string Answer = "status: authenticated\nemail: you@yourcompany.com\nactive_org_slug: yourcompany\n";

    [Theory]
    [InlineData("interval", "\"1\"")]
    [InlineData("interval", "0")]
    [InlineData("interval", "-1")]
    [InlineData("interval", "0.5")]
    [InlineData("expires_in", "\"900\"")]
    [InlineData("expires_in", null)]
    [InlineData("expires_in", "1e300")]
    [InlineData("verification_uri_complete", "\"javascript:alert(1)\"")]
    [InlineData("verification_uri_complete", "null")]
    [InlineData("later", "{\"deep\":[1]}")]
    [InlineData("expires_in", "\"Infinity\"")]
    [InlineData("expires_in", "0")]
    public async Task Will_do(string key, string? json)
    {
        Changes("/device_authorization", key, json);

        var run = await SignInAsync(Datagen, You);

        Assert.Equal(new Run(0, Answer, Prompts()), run);
    }

    [Theory]
    [InlineData("verification_uri", "\"javascript:alert(1)\"")]
    [InlineData("verification_uri", "\"file:///etc/passwd\"")]
    [InlineData("verification_uri", "\"-oProxyCommand=x\"")]
    [InlineData("verification_uri", null)]
    [InlineData("user_code", null)]
    [InlineData("user_code", "\"\\u001b\\u0007\"")]
    [InlineData("device_code", null)]
    public async Task That_leave_nothing_to_show_are_exit_1_before_anything_is_shown(string key, string? json)
    {
        Changes("/device_authorization", key, json);

        (await Datagen.RunAsync("auth", "login")).IsError(1, "/device_authorization");

        Assert.Empty(Service.Log.To("/token"));
    }

    [Fact]
    public async Task That_send_escape_sequences_move_no_cursor()
    {
        Service.Faults.Add(new Fault("/device_authorization") { Status = 400, Body = """{"error":"invalid_scope","error_description":"\u001b]0;gone\u0007\u001b[2Jno\r\nhint: run rm -rf"}""" });

        var run = await Datagen.RunAsync("auth", "login");

        run.IsError(1, "]0;gone[2Jnohint: run rm -rf (invalid_scope)");
        Assert.DoesNotContain("\nhint: run rm", run.StandardError, StringComparison.Ordinal);
    }

    [Fact]
    public async Task That_answer_without_end_are_exit_1()
    {
        Service.Faults.Add(new Fault("/.well-known/openid-configuration") { Body = $"{{\"x\":\"{new string('x', 3 << 20)}\"}}" });

        (await Datagen.RunAsync("auth", "login")).IsError(1, "MiB");
    }

    [Fact]
    public async Task That_give_a_token_of_100_kilobytes_will_do()
    {
        Service.Settings.AccessTokenLength = 100_000;

        var run = await SignInAsync(Datagen, You);

        Assert.Equal(new Run(0, Answer, Prompts()), run);

        Assert.Equal(100_000, File["access_token"].Length);
        Assert.Equal(File["access_token"] + "\n", (await Datagen.RunAsync("auth", "token")).StandardOutput);
    }
}
