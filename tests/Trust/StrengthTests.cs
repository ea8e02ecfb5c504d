using System.Diagnostics;
using System.Formats.Asn1;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Trust;

/// <summary>Where this program is stricter than the framework, or takes what the framework does not: each verdict is curl's.</summary>
public static class StrengthTests
{
    private const string Curl = "/usr/bin/curl", OpenSsl = "/usr/bin/openssl";

    public class Refused
    {
        [Theory]
        [InlineData("SHA1")]
        [InlineData("MD5")]
        public Task An_intermediate_signed_with_a_broken_hash(string hash)
        {
            var (root, between, server) = Parties(KeyKind.Rsa);
            return Expect("too weak", new(between.Certify(server, Terms.Leaf), [root.Certify(between, Signed(hash))], [root.SelfSigned()]));
        }

        [Theory]
        [InlineData(KeyKind.Rsa)]
        [InlineData(KeyKind.EllipticCurve)]
        public Task A_certificate_signed_with_SHA_1(KeyKind kind)
        {
            var (root, between, server) = Parties(kind);
            return Expect("too weak", new(between.Certify(server, Terms.Leaf with { Hash = HashAlgorithmName.SHA1 }), [root.Certify(between)], [root.SelfSigned()]));
        }

        [Fact]
        public Task A_PSS_signature_over_SHA_1()
        {
            var (root, between, server) = Parties(KeyKind.Rsa);
            return Expect("too weak", new(between.Certify(server, Terms.Leaf), [root.Certify(between, Signed("SHA1") with { IsPss = true })], [root.SelfSigned()]));
        }

        [Theory]
        [InlineData(KeyKind.ShortRsa)]
        [InlineData(KeyKind.ShortEllipticCurve)]
        public Task An_intermediate_with_a_short_key(KeyKind kind)
        {
            var (root, _, server) = Parties(KeyKind.Rsa);
            var between = new Entity("Between", kind, 2);
            return Expect("too short", new(between.Certify(server, Terms.Leaf), [root.Certify(between)], [root.SelfSigned()]));
        }

        [Fact]
        public Task A_root_with_a_short_key()
        {
            var (_, between, server) = Parties(KeyKind.Rsa);
            var root = new Entity("Root", KeyKind.ShortRsa, 1);
            return Expect("too short", new(between.Certify(server, Terms.Leaf), [root.Certify(between)], [root.SelfSigned()]));
        }
    }

    public class Accepted
    {
        [Fact]
        public Task A_roots_own_signature_however_weak()
        {
            var (root, between, server) = Parties(KeyKind.Rsa);
            return Expect(null, new(between.Certify(server, Terms.Leaf), [root.Certify(between)], [root.SelfSigned(Signed("SHA1"))]));
        }

        [Theory]
        [InlineData("SHA384", false)]
        [InlineData("SHA512", false)]
        [InlineData("SHA256", true)]
        [InlineData("SHA384", true)]
        public Task Every_signature_that_is_strong(string hash, bool isPss)
        {
            var (root, between, server) = Parties(KeyKind.Rsa);
            return Expect(null, new(between.Certify(server, Terms.Leaf), [root.Certify(between, Signed(hash) with { IsPss = isPss })], [root.SelfSigned()]));
        }

        [Theory]
        [InlineData("Root of the test", UniversalTagNumber.PrintableString)]
        [InlineData("ROOT of  the Test ", UniversalTagNumber.UTF8String)]
        public Task An_authority_whose_certificate_spells_its_name_in_two_ways(string name, UniversalTagNumber type)
        {
            var (root, between, server) = Parties(KeyKind.EllipticCurve);
            var one = root.Called(Entity.NameOf("Root of the test"));
            var other = root.Called(Entity.NameOf(name, type));
            return Expect(null, new(between.Certify(server, Terms.Leaf), [one.Certify(between)], [other.Certify(one)]));
        }
    }

    public class Refused_all_the_same
    {
        // Not so by curl, which takes anything in its store for an anchor; the framework does not.
        [Fact]
        public Task An_authority_that_another_name_has_signed()
        {
            var (root, between, server) = Parties(KeyKind.EllipticCurve);
            return Expect("", new(between.Certify(server, Terms.Leaf), [root.Certify(between)], [root.Called("Another").Certify(root)]), asCurl: false);
        }

        [Fact]
        public Task An_authority_in_two_spellings_that_the_server_alone_knows()
        {
            var (root, between, server) = Parties(KeyKind.EllipticCurve);
            var other = root.Called(Entity.NameOf("ROOT"));
            return Expect("", new(between.Certify(server, Terms.Leaf), [root.Certify(between), other.Certify(root)], [new Entity("Other", KeyKind.EllipticCurve, 4).SelfSigned()]));
        }

        [Fact]
        public Task An_authority_in_two_spellings_that_has_expired()
        {
            var (root, between, server) = Parties(KeyKind.EllipticCurve);
            var other = root.Called(Entity.NameOf("ROOT"));
            return Expect("", new(between.Certify(server, Terms.Leaf), [root.Certify(between)], [other.Certify(root, Terms.Expired)]));
        }
    }

    private static Terms Signed(string hash) => new() { Hash = new HashAlgorithmName(hash) };

    private static (Entity Root, Entity Between, Entity Server) Parties(KeyKind kind) =>
        (new Entity("Root", kind, 1), new Entity("Between", kind, 2), new Entity("Server", kind, 3));

    private static async Task Expect(string? refusal, CertificateCase situation, bool asCurl = true)
    {
        Assert.SkipUnless(File.Exists(OpenSsl), "needs openssl");
        using var folder = new TemporaryFolder();
        var bundle = folder.Write("bundle.pem", string.Concat(situation.Store.Select(CertificateCase.Pem)));
        using var server = new LaxServer(situation, folder);
        var address = $"https://localhost:{await server.PortAsync()}/";

        var answer = await ProbeProcess.Run([("HOME", folder.Path), ("SSL_CERT_FILE", bundle), ("SSL_CERT_DIR", "")], "trust", address);

        if (refusal is null) Assert.False(answer[0].StartsWith("refused", StringComparison.Ordinal), answer[0]);
        else Assert.Matches($"^refused.*{refusal}", answer[0]);
        if (!asCurl || !File.Exists(Curl)) return;
        using var curl = Process.Start(new ProcessStartInfo(Curl, ["-s", "--noproxy", "*", "--cacert", bundle, address]) { RedirectStandardOutput = true })!;
        await curl.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await curl.WaitForExitAsync(TestContext.Current.CancellationToken);
        const int Refused = 60;
        Assert.Equal(refusal is null ? 0 : Refused, curl.ExitCode);
    }

    /// <summary>OpenSSL's own server with every demand turned off: the framework's would send no such certificate.</summary>
    private sealed class LaxServer : IDisposable
    {
        private readonly Process _process;

        public LaxServer(CertificateCase situation, TemporaryFolder folder)
        {
            var key = (AsymmetricAlgorithm?)situation.Leaf.GetRSAPrivateKey() ?? situation.Leaf.GetECDsaPrivateKey()!;
            string[] chain = situation.Sent.Length == 0 ? [] : ["-cert_chain", folder.Write("chain.pem", string.Concat(situation.Sent.Select(CertificateCase.Pem)))];
            _process = Process.Start(new ProcessStartInfo(OpenSsl,
            [
                "s_server", "-accept", "127.0.0.1:0", "-www", "-cipher", "DEFAULT@SECLEVEL=0",
                "-cert", folder.Write("leaf.pem", CertificateCase.Pem(situation.Leaf)), "-key", folder.Write("key.pem", key.ExportPkcs8PrivateKeyPem()), .. chain,
            ])
            { RedirectStandardOutput = true, RedirectStandardError = true })!;
        }

        public async Task<string> PortAsync()
        {
            while (await _process.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken) is { } line)
            {
                if (line.StartsWith("ACCEPT ", StringComparison.Ordinal)) return line[(line.LastIndexOf(':') + 1)..];
            }

            throw new InvalidOperationException(await _process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken));
        }

        public void Dispose()
        {
            _process.Kill();
            _process.Dispose();
        }
    }
}
