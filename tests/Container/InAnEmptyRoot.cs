using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json.Nodes;
using LocalService.Hosting;

namespace Container;

/// <summary>The executable alone, where there is nothing else.</summary>
public sealed class InAnEmptyRoot : IAsyncLifetime
{
    private const string You = "you@yourcompany.com";
    private const string Status = $"email: {You}\nactive_org_slug: yourcompany\nrole: admin\n";

    private readonly X509Certificate2 _certificate = Certificate.ForLoopback();
    private IdentityService _service = null!;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private byte[] Bundle => Encoding.ASCII.GetBytes(_certificate.ExportCertificatePem() + "\n");

    public async ValueTask InitializeAsync()
    {
        await EmptyRoot.RequireAsync();
        _service = await IdentityService.StartAsync(new ServiceOptions { Certificate = _certificate, Settings = { PollingInterval = 1 } });
    }

    public async ValueTask DisposeAsync()
    {
        if (_service is not null) await _service.DisposeAsync();
        _certificate.Dispose();
    }

    [Theory]
    [InlineData(1024)]
    [InlineData(768)]
    public async Task It_starts(int addressSpace)
    {
        using var root = new EmptyRoot { AddressSpace = addressSpace };

        var run = await root.RunAsync("--version");

        Assert.Equal((0, ""), (run.ExitCode, run.StandardError));
        Assert.Matches(@"\Adatagen \d+\.\d+\.\d+\n\z", run.StandardOutput);
    }

    [Fact]
    public async Task It_passes_on_the_token_of_the_environment()
    {
        using var root = new EmptyRoot { Environment = { ["DATAGEN_TOKEN"] = "a-token" } };

        var run = await root.RunAsync("auth", "token");

        Assert.Equal((0, "a-token\n", ""), (run.ExitCode, run.StandardOutput, run.StandardError));
    }

    [Fact]
    public async Task Without_a_home_it_says_that_nothing_can_be_stored()
    {
        using var root = new EmptyRoot { Environment = { ["DATAGEN_ISSUER"] = _service.Issuer } };

        var run = await root.RunAsync("auth", "login");

        run.IsError(1, "HOME");
    }

    [Theory]
    [InlineData(1024)]
    [InlineData(768)]
    public async Task It_signs_in_shows_who_is_signed_in_and_signs_out(int addressSpace)
    {
        using var root = new EmptyRoot
        {
            AddressSpace = addressSpace,
            HasConfig = true,
            Environment =
            {
                ["DATAGEN_ISSUER"] = _service.Issuer, ["DATAGEN_CONFIG_DIR"] = "/config", ["SSL_CERT_FILE"] = "/bundle.pem",
            },
        };
        root.Put("/bundle.pem", Bundle);

        var token = await SignInAsync(root);

        var printed = await root.RunAsync("auth", "token");
        Assert.Equal((0, $"{token}\n", ""), (printed.ExitCode, printed.StandardOutput, printed.StandardError));
        var refreshed = await root.RunAsync("auth", "token", "--refresh");
        Assert.Equal((0, ""), (refreshed.ExitCode, refreshed.StandardError));
        Assert.NotEqual(printed.StandardOutput, refreshed.StandardOutput);
        var status = await root.RunAsync("auth", "status");
        Assert.Equal((0, Status, ""), (status.ExitCode, status.StandardOutput, status.StandardError));
        var logout = await root.RunAsync("auth", "logout");
        Assert.Equal((0, "status: logged_out\n", ""), (logout.ExitCode, logout.StandardOutput, logout.StandardError));
    }

    [Theory]
    [InlineData("/etc/ssl/certs/ca-certificates.crt")] // Debian
    [InlineData("/etc/ssl/cert.pem")] // Alpine
    [InlineData("/etc/pki/tls/certs/ca-bundle.crt")] // Fedora, older Red Hat
    [InlineData("/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem")] // Red Hat
    [InlineData("/etc/ssl/ca-bundle.pem")] // SUSE
    public async Task It_finds_the_bundle_of(string layout)
    {
        using var root = await WithATokenAsync();
        root.Put(layout, Bundle);

        var run = await root.RunAsync("auth", "status");

        Assert.Equal((0, Status, ""), (run.ExitCode, run.StandardOutput, run.StandardError));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("/etc/ssl/certs/ca-certificates.crt")]
    public async Task It_trusts_nobody_else(string? layout)
    {
        using var root = await WithATokenAsync();
        using var other = Certificate.ForLoopback();
        if (layout is not null) root.Put(layout, Encoding.ASCII.GetBytes(other.ExportCertificatePem()));

        var run = await root.RunAsync("auth", "status");

        run.IsError(3, "no trusted TLS connection");
    }

    [Fact]
    public async Task The_doctor_works_there_too()
    {
        using var root = await WithATokenAsync();
        var without = await root.RunAsync("auth", "doctor");
        Assert.Equal((1, ""), (without.ExitCode, without.StandardError));
        Assert.Contains("failed  tls: no trusted connection, with no bundle of certificate authorities\n", without.StandardOutput, StringComparison.Ordinal);
        root.Put("/etc/ssl/cert.pem", Bundle);

        var run = await root.RunAsync("auth", "doctor");

        Assert.Equal((0, ""), (run.ExitCode, run.StandardError));
        Assert.Contains("ok      tls: trusted, with certificate authorities from /etc/ssl/cert.pem\n", run.StandardOutput, StringComparison.Ordinal);
        Assert.Contains("ok      userinfo: ", run.StandardOutput, StringComparison.Ordinal);
        using var bare = new EmptyRoot();
        Assert.Equal(1, (await bare.RunAsync("auth", "doctor")).ExitCode);
    }

    private async Task<EmptyRoot> WithATokenAsync()
    {
        using var elsewhere = new EmptyRoot
        {
            HasConfig = true,
            Environment =
            {
                ["DATAGEN_ISSUER"] = _service.Issuer, ["DATAGEN_CONFIG_DIR"] = "/config", ["SSL_CERT_FILE"] = "/bundle.pem",
            },
        };
        elsewhere.Put("/bundle.pem", Bundle);
        return new EmptyRoot
        {
            Environment = { ["DATAGEN_ISSUER"] = _service.Issuer, ["DATAGEN_TOKEN"] = await SignInAsync(elsewhere) },
        };
    }

    private async Task<string> SignInAsync(EmptyRoot root)
    {
        using var login = root.Start("auth", "login");
        var (userCode, verificationUri) = await login.UserCodeAsync(Stop);
        using var browser = _service.NewBrowser();
        await browser.ApproveDeviceAsync(verificationUri, userCode, You, Stop);
        var run = await login.ExitAsync(Stop);
        Assert.Equal((0, $"status: authenticated\nemail: {You}\nactive_org_slug: yourcompany\n"), (run.ExitCode, run.StandardOutput));
        return (string)JsonNode.Parse(root.Read("/config/credentials.json"))!["access_token"]!;
    }
}
