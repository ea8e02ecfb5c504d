using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;

namespace Trust;

/// <summary>What a server sends, and what its client trusts.</summary>
internal sealed record CertificateCase(X509Certificate2 Leaf, X509Certificate2[] Sent, X509Certificate2[] Store)
{
    private const string MachineBundle = "/etc/ssl/certs/ca-certificates.crt";

#pragma warning disable CA5398 // Each version is what is tested.
    private static readonly SslProtocols[] Versions = [SslProtocols.Tls12, SslProtocols.Tls13];
#pragma warning restore CA5398

    /// <summary>Every verdict on it, with either kind of key and either version of TLS, must be this one and the framework's.</summary>
    public static async Task Expect(bool accepted, Func<KeyKind, CertificateCase> situation)
    {
        var situations = new[] { situation(KeyKind.EllipticCurve), situation(KeyKind.Rsa) };
        using var folder = new TemporaryFolder();
        var machine = File.Exists(MachineBundle) ? await File.ReadAllTextAsync(MachineBundle) : "";
        var bundle = folder.Write("bundle.pem", machine + string.Concat(situations.SelectMany(one => one.Store).Select(Pem)));
        var servers = situations.SelectMany(one => Versions.Select(one.Serve)).ToArray();
        try
        {
            string[] addresses = [.. servers.Select(server => $"https://localhost:{server.Port}/")];
            (string, string?)[] environment = [("HOME", folder.Path), ("SSL_CERT_FILE", bundle), ("SSL_CERT_DIR", "")];
            var framework = await ProbeProcess.Run(environment, ["framework", .. addresses]);
            var trust = await ProbeProcess.Run(environment, ["trust", .. addresses]);

            Assert.All(framework, verdict => Assert.StartsWith(accepted ? "accepted" : "refused", verdict, StringComparison.Ordinal));
            Assert.All(trust, verdict => Assert.StartsWith(accepted ? "accepted" : "refused", verdict, StringComparison.Ordinal));
            Assert.Equal((4, 4), (framework.Length, trust.Length));
        }
        finally
        {
            foreach (var server in servers) server.Dispose();
        }
    }

    public TlsServer Serve(SslProtocols protocol) => new(Leaf, Sent, protocol);

    public static string Pem(X509Certificate2 certificate) => certificate.ExportCertificatePem() + "\n";
}
