using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Datagen.Trust;

namespace Fuzz.Targets;

internal static class Certificates
{
    private static readonly X509Certificate2[] s_roots = [.. new[] { "CN=One, O=Datagen", "CN=Two + L=x, O=Datagen", "CN=Drei, C=DE" }.Select(Root)];

    private static readonly string[] s_words =
    [
        "-----BEGIN CERTIFICATE-----\n", "-----END CERTIFICATE-----\n", "-----BEGIN X509 CERTIFICATE-----", "-----BEGIN TRUSTED CERTIFICATE-----", "-----BEGIN PRIVATE KEY-----", "-----BEGIN ", "-----END ", "-----", "\r\n", "\n\n",
        "Proc-Type: 4,ENCRYPTED\n", "MII", "====", "\u0000", "\ufeff", "# comment\n",
    ];

    /// <summary>Each is found by its own name, and with it none of another.</summary>
    public static Target Bundle { get; } = new(
        "certificate bundle",
        1500,
        [
            Encoding.ASCII.GetBytes(string.Join('\n', s_roots.Select(root => root.ExportCertificatePem())) + "\n"),
            Encoding.ASCII.GetBytes("# A list\n" + s_roots[0].ExportCertificatePem().ReplaceLineEndings("\r\n") + "\r\ntrailing"),
            [.. "-----BEGIN CERTIFICATE-----\n"u8, .. Encoding.ASCII.GetBytes(Convert.ToBase64String([0x30, 0x80, 0x30, 0x80, 0x30, 0x80, 0, 0])), .. "\n-----END CERTIFICATE-----\n"u8],
        ],
        s_words,
        pem =>
        {
            var all = new X509Certificate2Collection();
            PemFile.Collect(pem, [null], all);
            Feature.Note($"{all.Count} certificates");
            if (all.Count > 0)
            {
                var certificate = all[pem.Length % all.Count];
                var picked = new X509Certificate2Collection();
                var name = PemFile.Fold(certificate.SubjectName.RawData);
                PemFile.Collect(pem, [name], picked);
                PropertyException.Require(picked.Contains(certificate), "a certificate is not found by its own name");
                // One that can't be parsed ends the search for all, but not for another's name: so there may be more of them.
                PropertyException.Require(name is null || picked.All(one => PemFile.Fold(one.SubjectName.RawData) is not { } other || name.AsSpan().SequenceEqual(other)), "a certificate of another name is found");
                foreach (var one in picked) one.Dispose();
            }

            foreach (var certificate in all) certificate.Dispose();
        });

    /// <summary>A name that a server sends: folded, or refused as no name; and the same whatever the case and the blanks.</summary>
    public static Target Name { get; } = new(
        "distinguished name",
        30_000,
        [.. s_roots.Select(root => root.SubjectName.RawData), [0x30, 0x80, 0x31, 0x80, 0x30, 0x80, 0, 0, 0, 0, 0, 0]],
        ["\u0013", "\u000c", "\u001e", "0", "1", "\u0006\u0003U\u0004\u0003", "A", "a", " "],
        name =>
        {
            byte[]? folded;
            try
            {
                folded = PemFile.Fold(name);
            }
            catch (System.Formats.Asn1.AsnContentException)
            {
                return;
            }

            Feature.Note(folded is null ? "hard" : "folded");
            PropertyException.Require(folded is null || folded.Length <= name.Length, "longer than it was");
        });

    private static X509Certificate2 Root(string name)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest(name, key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        return request.CreateSelfSigned(DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch.AddYears(90));
    }
}
