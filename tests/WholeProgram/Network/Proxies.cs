using System.Security.Cryptography.X509Certificates;
using System.Text;
using LocalService.Hosting;

namespace WholeProgram.Network;

/// <summary>Behind proxies of every kind, whole and broken. The server's name is one that only the proxy can resolve.</summary>
public sealed class Proxies : Situation
{
    private const string Host = "identity.invalid";
    private const string Secret = "s3cret-proxy";

    private readonly X509Certificate2 _certificate = Certificate.For(Host);
    private readonly X509Certificate2 _proxyCertificate = Certificate.For("localhost");

    public static TheoryData<string, string, string> Authentications { get; } = [.. Table.Rows("WholeProgram/Network/proxy-407.tsv")
        .Select(row => new TheoryDataRow<string, string, string>(row[0], row[1], row[2]))];

    public static TheoryData<string, string> Settings { get; } = [.. Table.Rows("WholeProgram/Network/proxy-settings.tsv")
        .Select(row => new TheoryDataRow<string, string>(row[0], row[1]))];

    protected override ServiceOptions Options => new() { Certificate = _certificate, HostName = Host };

    public override async ValueTask InitializeAsync()
    {
        await base.InitializeAsync();
        await System.IO.File.WriteAllTextAsync(Home["ca.pem"], $"{_certificate.ExportCertificatePem()}\n{_proxyCertificate.ExportCertificatePem()}\n", Stop);
    }

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        _certificate.Dispose();
        _proxyCertificate.Dispose();
    }

    [Theory]
    [MemberData(nameof(Authentications))]
    public async Task Basic_alone_is_sent_whatever_a_407_offers(string offers, string user, string expected)
    {
        foreach (var (password, written) in new[] { (Secret, Uri.EscapeDataString(user)), (Secret, user), ("", Uri.EscapeDataString(user)) })
        {
            var basic = $"Basic {Convert.ToBase64String(Encoding.UTF8.GetBytes($"{user}:{password}"))}";
            var takesBasic = expected == "Basic is sent";
            using var proxy = new ScriptedProxy { Offers = offers.Split(", "), Authorization = takesBasic ? basic : null };

            var run = await CheckTokenAsync($"http://{written}:{password}@127.0.0.1:{proxy.Port}");

            if (takesBasic) run.IsError(1, "refused");
            else run.IsError(3, $"the proxy http://127.0.0.1:{proxy.Port} asks for another authentication than Basic");
            Assert.Contains(proxy.Heads, head => head.Contains($"\r\nProxy-Authorization: {basic}\r\n", StringComparison.Ordinal));
            Assert.All(proxy.Heads, head => Assert.StartsWith($"CONNECT {Service.IssuerUri.Authority} HTTP/1.1\r\nHost: {Service.IssuerUri.Authority}\r\n", head, StringComparison.Ordinal));
            Assert.DoesNotContain(Secret, run.StandardError, StringComparison.Ordinal);
            Assert.DoesNotContain(basic[6..], run.StandardError, StringComparison.Ordinal);
            Assert.All(Service.Log.Snapshot(), request => Assert.False(request.Headers.ContainsKey("Proxy-Authorization")));
        }
    }

    [Fact]
    public async Task The_doctor_survives_a_proxy_that_offers_Negotiate()
    {
        using var proxy = new ScriptedProxy { Offers = ["Negotiate", "NTLM"] };

        var run = await Behind($"http://corp%5Cme:{Secret}@127.0.0.1:{proxy.Port}").RunAsync("auth", "doctor");

        Assert.Equal(1, run.ExitCode);
        Assert.Contains("asks for another authentication than Basic", run.StandardOutput, StringComparison.Ordinal);
        Assert.DoesNotContain(Secret, run.StandardOutput + run.StandardError, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(null, "asks for a user name and a password", "HTTPS_PROXY")]
    [InlineData("me:wrong@", "does not take the user name and password in HTTPS_PROXY", "percent-encoded")]
    public async Task A_password_that_is_missing_or_wrong_is_told(string? given, params string[] says)
    {
        using var proxy = new ScriptedProxy { Offers = ["Basic realm=\"a, b\""], Authorization = "Basic bWU6cmlnaHQ=" };

        (await CheckTokenAsync($"http://{given}127.0.0.1:{proxy.Port}")).IsError(3, [$"the proxy http://127.0.0.1:{proxy.Port}", .. says]);
    }

    [Theory]
    [MemberData(nameof(Settings))]
    public async Task A_setting_is_used_or_refused_and_never_left_out(string value, string expected)
    {
        var run = await CheckTokenAsync(value);

        if (expected.StartsWith("exit 1", StringComparison.Ordinal)) run.IsError(1, "the proxy in HTTPS_PROXY can't be understood");
        else run.IsError(3, "proxy", value.Contains("proxy.example", StringComparison.Ordinal) ? "http://proxy.example:3128" : value);
        Assert.Empty(Requests);
    }

    [Theory]
    [InlineData("socks5", "5 name")]
    [InlineData("socks5h", "5 name")]
    [InlineData("socks4a", "4 name")]
    public async Task A_SOCKS_proxy_resolves_the_name_itself(string scheme, string asked)
    {
        using var proxy = new ScriptedProxy();

        (await CheckTokenAsync($"{scheme}://127.0.0.1:{proxy.Port}")).IsError(1, "refused");

        Assert.Equal([$"{asked} {Service.IssuerUri.Authority}"], proxy.Heads);
        Assert.Equal(["GET /.well-known/openid-configuration", "GET /userinfo"], Requests);
    }

    [Fact]
    public async Task A_SOCKS_proxy_is_given_user_name_and_password()
    {
        using var proxy = new ScriptedProxy { Password = Secret };

        (await CheckTokenAsync($"socks5://me:{Secret}@127.0.0.1:{proxy.Port}")).IsError(1, "refused");
        (await CheckTokenAsync($"socks5://me:wrong@127.0.0.1:{proxy.Port}")).IsError(3, "does not take the user name and password in HTTPS_PROXY");
        (await CheckTokenAsync($"socks5://127.0.0.1:{proxy.Port}")).IsError(3, "asks for a user name and a password");

        Assert.Equal("user me", proxy.Heads.First());
    }

    [Theory]
    [InlineData("socks5", "(the connection was refused)")]
    [InlineData("socks4a", "(it answered 91)")]
    [InlineData("http", "(it answered 503)")]
    public async Task A_proxy_that_refuses_is_named(string scheme, string says)
    {
        using var proxy = new ScriptedProxy { Answer = "HTTP/1.1 503 Service Unavailable\r\nContent-Type: text/html\r\n\r\n<p>no" };

        (await CheckTokenAsync($"{scheme}://127.0.0.1:{proxy.Port}")).IsError(
            3, Service.IssuerUri.Authority, $"the proxy {scheme}://127.0.0.1:{proxy.Port} refused to connect to it {says}", "HTTPS_PROXY");
    }

    [Theory]
    [InlineData("http")]
    [InlineData("https")]
    [InlineData("socks5")]
    public async Task A_proxy_that_is_down_is_named(string scheme)
    {
        using var proxy = new ScriptedProxy();
        proxy.Dispose();

        (await CheckTokenAsync($"{scheme}://me:{Secret}@127.0.0.1:{proxy.Port}")).IsError(
            3, $"no connection to the proxy {scheme}://127.0.0.1:{proxy.Port} could be made", "check HTTPS_PROXY and NO_PROXY");
    }

    [Theory]
    [InlineData("")]
    [InlineData("SSH-2.0-OpenSSH_9.2\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\n\r\nsomething that the server has not said")]
    [InlineData("HTTP/1.1 20 OK\r\n\r\n")]
    [InlineData("HTTP/2 200\r\n\r\n")]
    public async Task What_is_no_proxy_is_named(string answer)
    {
        using var proxy = new ScriptedProxy { Answer = answer };

        (await CheckTokenAsync($"http://127.0.0.1:{proxy.Port}")).IsError(3, $"the proxy http://127.0.0.1:{proxy.Port}");
    }

    [Fact]
    public async Task Headers_without_end_are_not_read()
    {
        using var proxy = new ScriptedProxy { Answer = "HTTP/1.1 200 OK\r\nX: " + new string('x', 1 << 20) };

        (await CheckTokenAsync($"http://127.0.0.1:{proxy.Port}")).IsError(3, $"the proxy http://127.0.0.1:{proxy.Port} did not answer as an HTTP proxy should");
    }

    [Fact]
    public async Task A_proxy_may_say_that_it_goes_on()
    {
        using var proxy = new ScriptedProxy { Answer = "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 102 Processing\r\nX: y\r\n\r\nHTTP/1.1 403 Forbidden\r\n\r\n" };

        (await CheckTokenAsync($"http://127.0.0.1:{proxy.Port}")).IsError(3, "refused to connect to it (it answered 403)");
    }

    [Fact]
    public async Task An_https_proxy_is_trusted_as_any_server()
    {
        using var proxy = new ScriptedProxy(_proxyCertificate); // Within which there is TLS to the server: the service speaks nothing else.

        (await CheckTokenAsync($"https://me:{Secret}@localhost:{proxy.Port}")).IsError(1, "refused");

        Assert.Single(proxy.Heads);
        Assert.Equal(["GET /.well-known/openid-configuration", "GET /userinfo"], Requests);
    }

    [Fact]
    public async Task A_certificate_of_the_proxy_that_is_bad_is_named_as_its_own()
    {
        using var stranger = Certificate.For("localhost");
        using var old = Certificate.For("localhost", DateTimeOffset.UtcNow.AddDays(-9), DateTimeOffset.UtcNow.AddDays(-2));
        foreach (var (certificate, says) in new[] { (_certificate, "its certificate is for another host"), (stranger, "no trusted TLS connection"), (old, "its certificate has expired") })
        {
            using var proxy = new ScriptedProxy(certificate);

            (await CheckTokenAsync($"https://me:{Secret}@localhost:{proxy.Port}")).IsError(3, $"the proxy https://localhost:{proxy.Port} can't be trusted: {says}");

            Assert.Empty(proxy.Heads);
        }
    }

    [Fact]
    public async Task The_password_of_a_proxy_is_in_no_trace()
    {
        using var proxy = new ScriptedProxy();

        var run = await Behind($"http://me:{Secret}@127.0.0.1:{proxy.Port}").RunWithInputAsync("unknown", "auth", "login", "--with-token", "--verbose");

        Assert.Equal(1, run.ExitCode);
        Assert.DoesNotContain(Secret, run.StandardError, StringComparison.Ordinal);
        Assert.DoesNotContain(Convert.ToBase64String(Encoding.UTF8.GetBytes($"me:{Secret}")), run.StandardError, StringComparison.Ordinal);
    }

    private Task<Run> CheckTokenAsync(string proxy) => Behind(proxy).RunWithInputAsync("unknown", "auth", "login", "--with-token");

    private Cli Behind(string proxy) => Datagen.With("SSL_CERT_FILE", Home["ca.pem"]).With("HTTPS_PROXY", proxy);
}
