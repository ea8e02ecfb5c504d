using Datagen.Commands;

namespace Unit.Commands;

/// <summary>Which hosts another tool may get the token for, and what git asks.</summary>
public class CredentialTests
{
    [Theory]
    [InlineData("git.example.com", true)]
    [InlineData("GIT.example.com:8443", true)]
    [InlineData("127.0.0.1:5000", true)]
    [InlineData("[::1]", true)]
    [InlineData("[2001:db8::1]:443", true)]
    [InlineData("bücher.example", true)]
    [InlineData("my_host", true)]
    [InlineData("", false)]
    [InlineData(" git.example.com", false)]
    [InlineData("git.example.com ", false)]
    [InlineData("git.example.com\t", false)]
    [InlineData("git.example.com#x", false)]
    [InlineData("git.example.com?x", false)]
    [InlineData("git.example.com/x", false)]
    [InlineData("git.example.com\\x", false)]
    [InlineData("me@git.example.com", false)]
    [InlineData("git.example.com:", false)]
    [InlineData("git.example.com:0", false)]
    [InlineData("git.example.com:65536", false)]
    [InlineData("git.example.com:+1", false)]
    [InlineData("git.example.com:80:80", false)]
    [InlineData("git%2eexample.com", false)]
    [InlineData("[::1", false)]
    [InlineData("[::1]x", false)]
    [InlineData("[::1]:", false)]
    [InlineData("[::1%25eth0]", false)]
    [InlineData("::1", false)]
    public void A_host_is_a_host(string text, bool isHost)
    {
        Assert.Equal(isHost, CredentialHosts.IsHost(text));
        Assert.Equal(isHost, CredentialHosts.AddressOf("https", text) is not null);
        Assert.Equal(isHost, CredentialHosts.AddressOf(text) is not null);
    }

    [Theory]
    [InlineData("https://git.example.com/v1/", true)]
    [InlineData("https://git.example.com:8443", true)]
    [InlineData("https://git.example.com/a b", false)]
    [InlineData("https://git.example.com/v1/#x", false)]
    [InlineData("https://git.example.com?x", false)]
    [InlineData("https://me@git.example.com/", false)]
    [InlineData("ssh://git.example.com/", false)]
    [InlineData("https:///v1", false)]
    [InlineData("https://git.example.com\\@evil.example/", false)]
    public void Docker_and_kubectl_may_write_an_address(string text, bool isOne) => Assert.Equal(isOne, CredentialHosts.AddressOf(text) is not null);

    [Theory]
    [InlineData("a.example b.example,c.example;d.example")]
    [InlineData("a.example\tb.example\r\nc.example\nd.example\n")]
    [InlineData("https://a.example, HTTPS://b.example/ https://c.example/\td.example/")]
    public void A_list_has_its_hosts_between_blanks_commas_and_line_ends(string variable)
    {
        var hosts = CredentialHosts.Of(null, variable, refused => Assert.Fail(refused));

        Assert.Equal(["a.example", "b.example", "c.example", "d.example"], hosts.Names);
    }

    [Fact]
    public void What_is_no_host_in_a_list_is_told_and_the_others_count()
    {
        var refused = new List<string>();

        var hosts = CredentialHosts.Of(["z.example"], "a.example/x http://b.example c.example", refused.Add);

        Assert.Equal(["z.example", "c.example"], hosts.Names);
        Assert.Equal(["a.example/x", "http://b.example"], refused);
    }

    [Theory]
    [InlineData("capability[]=authtype", true)]
    [InlineData("capability[]=authtype|wwwauth[]=Bearer", true)]
    [InlineData("capability[]=authtype|wwwauth[]=bearer realm=\"x\"", true)]
    [InlineData("capability[]=authtype|wwwauth[]=Basic realm=\"x\"|wwwauth[]=Bearer realm=\"x\"", true)]
    [InlineData("capability[]=authtype|wwwauth[]=Basic realm=\"x\", Bearer realm=\"y\"", true)]
    [InlineData("capability[]=authtype|wwwauth[]=Basic realm=\"x\"|wwwauth[]=", true)]
    [InlineData("capability[]=authtype|wwwauth[]=Basic realm=\"x\"", false)]
    [InlineData("capability[]=authtype|wwwauth[]=Negotiate", false)]
    [InlineData("capability[]=authtype|wwwauth[]=Bearerish", false)]
    [InlineData("wwwauth[]=Bearer", false)]
    [InlineData("capability[]=state", false)]
    [InlineData("", false)]
    public void Git_gets_a_bearer_token_where_it_can_use_one(string lines, bool bearer) =>
        Assert.Equal(bearer, GitRequest.Parse($"protocol=https\nhost=git.example.com\n{lines.Replace('|', '\n')}").WantsBearer);

    [Theory]
    [InlineData("at-1", "at-1")]
    [InlineData("  at-1\r\n", "at-1")]
    [InlineData("Bearer at-1", "at-1")]
    [InlineData("bearer  at-1\n", "at-1")]
    [InlineData("Authorization: Bearer at-1", "at-1")]
    [InlineData("authorization:Bearer at-1", "at-1")]
    [InlineData("Bearer", "Bearer")]
    [InlineData("Basic at-1", "Basic at-1")]
    public void A_pasted_header_is_taken_for_its_token(string pasted, string token) => Assert.Equal(token, LoginCommand.TokenIn(pasted));
}
