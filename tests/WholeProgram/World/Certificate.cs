using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace WholeProgram.World;

public static class Certificate
{
    /// <summary>Signed by itself: known to those who are told.</summary>
    public static X509Certificate2 For(string host) => For(host, DateTimeOffset.UtcNow.AddHours(-1), DateTimeOffset.UtcNow.AddHours(1));

    public static X509Certificate2 For(string host, DateTimeOffset from, DateTimeOffset until)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={host}", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(host);
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        return request.CreateSelfSigned(from, until);
    }
}
