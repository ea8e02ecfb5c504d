using System.Net;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;

namespace Trust;

/// <summary>What it does to its process, and in what processes it works.</summary>
public sealed class ProcessTests : IDisposable
{
    private const string Bubblewrap = "/usr/bin/bwrap";
    private readonly TemporaryFolder _folder = new();
    private readonly Entity _root = new("Root", KeyKind.EllipticCurve, 1), _between = new("Between", KeyKind.EllipticCurve, 2);
    private readonly TlsServer _server;
    private readonly string _address, _bundle;

    public ProcessTests()
    {
        _server = new TlsServer(
            _between.Certify(new Entity("Server", KeyKind.EllipticCurve, 3), Terms.Leaf), [_root.Certify(_between)], SslProtocols.None);
        _address = $"https://127.0.0.1:{_server.Port}/";
        _bundle = _folder.Write("bundle.pem", CertificateCase.Pem(_root.SelfSigned()));
    }

    public void Dispose()
    {
        _server.Dispose();
        _folder.Dispose();
    }

    [Theory]
    [InlineData(null, null, null)]
    [InlineData("", "", "")]
    [InlineData("/some/home", "/some/bundle.pem", null)]
    [InlineData("/some/home", null, "/some/folder:/another one")]
    [InlineData("", "/some/bündel.pem", "/some/folder")]
    public async Task Children_get_the_environment_that_there_was(string? home, string? file, string? folders)
    {
        var environment = await ProbeProcess.Run([("HOME", home), ("SSL_CERT_FILE", file), ("SSL_CERT_DIR", folders)], "environment");

        var middle = environment.Length / 2;
        Assert.Equal(Sorted(environment[..middle]), Sorted(environment[middle..]));
        Assert.Equal(file is null ? 0 : 4, environment.Count(line => line == $"SSL_CERT_FILE={file}"));
        Assert.Equal(home is null ? 0 : 4, environment.Count(line => line == $"HOME={home}"));

        static IEnumerable<string> Sorted(IEnumerable<string> lines) => lines.Where(line => !line.StartsWith("_=", StringComparison.Ordinal)).Order();
    }

    [Theory]
    [InlineData(null, null)]
    [InlineData("", null)]
    [InlineData(null, "/etc/ssl/certs")]
    [InlineData("/etc/ssl/certs/ca-certificates.crt", "/etc/ssl/certs")]
    public async Task The_framework_loads_nothing(string? file, string? folders) => Assert.Equal(
        ["0"], await ProbeProcess.Run([("HOME", "/"), ("SSL_CERT_FILE", file), ("SSL_CERT_DIR", folders)], "store"));

    [Fact]
    public async Task Eight_connections_at_once()
    {
        var verdicts = await ProbeProcess.Run([("HOME", "/"), ("SSL_CERT_FILE", _bundle)], "at-once", _address);

        Assert.Equal(Enumerable.Repeat("accepted", 8), verdicts);
    }

    [Fact]
    public async Task One_server_s_certificates_do_not_help_another()
    {
        // The second server sends no intermediate.
        using var second = new TlsServer(_between.Certify(new Entity("Second", KeyKind.EllipticCurve, 4), Terms.Leaf), [], SslProtocols.None);
        var verdicts = await ProbeProcess.Run(
            [("HOME", "/"), ("SSL_CERT_FILE", _bundle)], "trust", _address, $"https://127.0.0.1:{second.Port}/", _address);

        Assert.Equal(["accepted", "refused", "accepted"], verdicts.Select(verdict => verdict.Split(':')[0]));
    }

    [Fact]
    public async Task A_missing_intermediate_is_not_asked_for()
    {
        using var source = new TcpListener(IPAddress.Loopback, 0);
        source.Start();
        var access = new X509AuthorityInformationAccessExtension(
            [], [$"http://127.0.0.1:{((IPEndPoint)source.LocalEndpoint).Port}/between.crt"]);
        using var server = new TlsServer(
            _between.Certify(new Entity("Server", KeyKind.EllipticCurve, 3), Terms.Leaf with { More = [access] }), [], SslProtocols.None);

        var verdict = Assert.Single(await ProbeProcess.Run([("HOME", "/"), ("SSL_CERT_FILE", _bundle)], "trust", $"https://127.0.0.1:{server.Port}/"));

        Assert.StartsWith("refused", verdict, StringComparison.Ordinal);
        Assert.False(source.Pending());
    }

    [Fact]
    public async Task Works_without_a_home_and_without_a_list_of_users()
    {
        Assert.SkipUnless(File.Exists(Bubblewrap), "needs bubblewrap");

        Assert.Equal(["accepted"], await ProbeProcess.Run(Elsewhere(), [("SSL_CERT_FILE", _bundle)], "trust", _address));
        Assert.Equal(["accepted"], await ProbeProcess.Run(Elsewhere(), [("SSL_CERT_FILE", _bundle), ("HOME", "")], "trust", _address));
    }

    [Theory]
    [InlineData("/etc/ssl/certs/ca-certificates.crt")]
    [InlineData("/etc/pki/tls/certs/ca-bundle.crt")]
    [InlineData("/etc/ssl/ca-bundle.pem")]
    [InlineData("/etc/pki/tls/cacert.pem")]
    [InlineData("/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem")]
    [InlineData("/etc/ssl/cert.pem")]
    [InlineData("/etc/ssl/certs/Some_root.pem")]
    [InlineData("/etc/pki/tls/certs/Some_root.pem")]
    public async Task Finds_the_machine_s_roots(string place)
    {
        Assert.SkipUnless(File.Exists(Bubblewrap), "needs bubblewrap");
        Assert.Equal(["accepted"], await ProbeProcess.Run(Elsewhere("--ro-bind", _bundle, place), [("HOME", "/")], "trust", _address));
    }

    [Theory]
    [InlineData("/etc/ssl/certs/ca-certificates.crt")]
    [InlineData("/etc/ssl/ca-bundle.pem")]
    public async Task Beside_folders_that_are_named_only_the_framework_s_own_file_counts(string place)
    {
        Assert.SkipUnless(File.Exists(Bubblewrap), "needs bubblewrap");
        var machine = Elsewhere("--ro-bind", _bundle, place);

        var framework = Assert.Single(await ProbeProcess.Run(machine, [("HOME", "/"), ("SSL_CERT_DIR", "/nowhere")], "framework", _address));
        var trust = Assert.Single(await ProbeProcess.Run(machine, [("HOME", "/"), ("SSL_CERT_DIR", "/nowhere")], "trust", _address));

        Assert.Equal(framework == "accepted", trust == "accepted");
    }

    [Fact]
    public async Task The_first_bundle_is_the_only_one()
    {
        Assert.SkipUnless(File.Exists(Bubblewrap), "needs bubblewrap");
        var other = _folder.Write("other.pem", CertificateCase.Pem(new Entity("Other", KeyKind.EllipticCurve, 4).SelfSigned()));
        var both = Elsewhere("--ro-bind", other, "/etc/ssl/ca-bundle.pem", "--ro-bind", _bundle, "/etc/ssl/cert.pem");

        Assert.StartsWith("refused", Assert.Single(await ProbeProcess.Run(both, [("HOME", "/")], "trust", _address)), StringComparison.Ordinal);
    }

    // A machine with nothing in /etc but this.
    private static string[] Elsewhere(params string[] more) => [Bubblewrap, "--dev-bind", "/", "/", "--tmpfs", "/etc", .. more, "--"];
}
