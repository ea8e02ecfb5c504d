using System.Globalization;
using Datagen.Auth;
using Datagen.Protocol;
using Unit.World;

namespace Unit.Protocol;

/// <summary>Which proxy the environment's variables name, for which server.</summary>
public sealed class ProxySettingsTests
{
    private const string Usual = "http://proxy.example:3128";

    public static TheoryData<string, string, int, string> NoProxyCases { get; } = [.. Table.Rows("Unit/Protocol/no-proxy.tsv")
        .Select(row => new TheoryDataRow<string, string, int, string>(row[0], row[1], int.Parse(row[2], CultureInfo.InvariantCulture), row[3]))];

    [Theory]
    [MemberData(nameof(NoProxyCases))]
    public void NO_PROXY_is_read_as_curl_and_Go_read_it(string list, string host, int port, string expected)
    {
        var proxy = Settings(("HTTPS_PROXY", Usual), ("NO_PROXY", list)).For("https", host, port);

        Assert.Equal(expected, proxy is null ? "direct" : "proxy");
    }

    [Theory]
    [InlineData("http://proxy.example:3128", "http://proxy.example:3128")]
    [InlineData("proxy.example:3128", "http://proxy.example:3128")]
    [InlineData("proxy.example", "http://proxy.example:80")]
    [InlineData("http://proxy.example:3128/", "http://proxy.example:3128")]
    [InlineData("http://proxy.example:3128/some/path?and=more#still", "http://proxy.example:3128")]
    [InlineData("  http://proxy.example:3128 ", "http://proxy.example:3128")]
    [InlineData("HTTP://proxy.example", "http://proxy.example:80")]
    [InlineData("https://proxy.example", "https://proxy.example:443")]
    [InlineData("socks5://127.0.0.1:1080", "socks5://127.0.0.1:1080")]
    [InlineData("socks5h://127.0.0.1", "socks5h://127.0.0.1:1080")]
    [InlineData("socks4a://proxy_1.example", "socks4a://proxy_1.example:1080")]
    [InlineData("http://[2001:db8::1]:3128", "http://[2001:db8::1]:3128")]
    [InlineData("http://[::1]", "http://[::1]:80")]
    [InlineData("http://me:s3cret@proxy.example:3128", "http://proxy.example:3128")]
    public void A_proxy_is_shown_as_it_is_used_and_without_its_password(string value, string shown) =>
        Assert.Equal(shown, Settings(("HTTPS_PROXY", value)).For("https", "idp.example", 443)!.ToString());

    [Theory]
    [InlineData("http://h:")]
    [InlineData("http://h:99999")]
    [InlineData("http://h:0")]
    [InlineData("http://h:-1")]
    [InlineData("http://h: 80")]
    [InlineData("http://h:80a")]
    [InlineData("\"http://proxy.example:3128\"")]
    [InlineData("'proxy.example:3128'")]
    [InlineData("gopher://proxy.example")]
    [InlineData("http:proxy.example:3128")]
    [InlineData("http:///")]
    [InlineData("http://")]
    [InlineData(":3128")]
    [InlineData("http://proxy example")]
    [InlineData("http://prøxy.example")]
    [InlineData("http://2001:db8::1")]
    [InlineData("http://[2001:db8::1")]
    [InlineData("http://[proxy.example]:3128")]
    [InlineData("http://[2001:db8::1]3128")]
    [InlineData("http://me:s3cret@")]
    [InlineData("http://me:s3c#ret@proxy.example")]
    [InlineData("http://me%0d%0aX:s3cret@proxy.example")]
    [InlineData("http://m%3Ae:s3cret@proxy.example")]
    public void A_setting_that_cannot_be_understood_is_refused_by_its_name(string value)
    {
        foreach (var (variable, host) in new[] { ("HTTPS_PROXY", "idp.example"), ("all_proxy", "idp.example"), ("https_proxy", "localhost") })
        {
            var refusal = Assert.Throws<AuthException>(() => Settings((variable, value)).For("https", host, 443));

            Assert.StartsWith($"the proxy in {variable} can't be understood: ", refusal.Message, StringComparison.Ordinal);
            Assert.DoesNotContain("s3c", refusal.Message + refusal.Hint, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("me:pass", "me", "pass")]
    [InlineData("me", "me", "")]
    [InlineData("me:", "me", "")]
    [InlineData(":pass", "", "pass")]
    [InlineData(@"corp\me:pass", @"corp\me", "pass")]
    [InlineData("corp%5Cme:p%40ss%3a", @"corp\me", "p@ss:")]
    [InlineData("me@corp.example:p@ss:word", "me@corp.example", "p@ss:word")]
    [InlineData("me:100%", "me", "100%")]
    [InlineData("me:50%zz", "me", "50%zz")]
    [InlineData("m%C3%BC:pä", "mü", "pä")]
    public void User_name_and_password_are_decoded(string written, string user, string password)
    {
        var proxy = Settings(("HTTPS_PROXY", $"http://{written}@proxy.example:3128")).For("https", "idp.example", 443)!;

        Assert.Equal((user, password, "proxy.example"), (System.Text.Encoding.UTF8.GetString(proxy.User!), System.Text.Encoding.UTF8.GetString(proxy.Password), proxy.Host));
    }

    [Theory]
    [InlineData("https", "https_proxy=http://one;HTTPS_PROXY=http://two", "http://one:80")]
    [InlineData("https", "https_proxy=;HTTPS_PROXY=http://two", "http://two:80")]
    [InlineData("https", "https_proxy= ;ALL_PROXY=http://two", "http://two:80")]
    [InlineData("https", "HTTPS_PROXY=http://one;all_proxy=http://two", "http://one:80")]
    [InlineData("https", "http_proxy=http://one;HTTP_PROXY=gopher://two", null)]
    [InlineData("http", "HTTP_PROXY=http://one;HTTPS_PROXY=gopher://two", "http://one:80")]
    [InlineData("https", "", null)]
    public void The_variable_that_counts(string scheme, string variables, string? expected)
    {
        var settings = Settings([.. variables.Split(';', StringSplitOptions.RemoveEmptyEntries).Select(one => one.Split('=')).Select(one => (one[0], one[1]))]);

        Assert.Equal(expected, settings.For(scheme, "idp.example", 443)?.ToString());
    }

    [Theory]
    [InlineData("localhost")]
    [InlineData("LOCALHOST")]
    [InlineData("localhost.")]
    [InlineData("id.localhost")]
    [InlineData("127.0.0.1")]
    [InlineData("127.8.9.1")]
    [InlineData("::1")]
    [InlineData("[::1]")]
    public void This_machine_is_asked_without_one(string host) => Assert.Null(Settings(("https_proxy", Usual)).For("https", host, 443));

    [Theory]
    [InlineData("localhost.example")]
    [InlineData("notlocalhost")]
    [InlineData("128.0.0.1")]
    [InlineData("::2")]
    public void Nothing_else_is_taken_for_this_machine(string host) => Assert.NotNull(Settings(("https_proxy", Usual)).For("https", host, 443));

    private static ProxySettings Settings(params (string Name, string Value)[] variables) =>
        new(name => variables.FirstOrDefault(one => one.Name == name).Value);
}
