using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;

namespace Datagen.Protocol;

/// <summary>A server's certificate that is not trusted, and what a person can do about it.</summary>
internal sealed class RefusedCertificateException : AuthenticationException
{
    private RefusedCertificateException(string why, string? hint)
        : base(why)
    {
        Why = why;
        Hint = hint;
    }

    public string Why { get; }

    public string? Hint { get; }

    /// <summary>The options whose verdict, theirs or the framework's, is a refusal that says why.</summary>
    public static SslClientAuthenticationOptions ThrownBy(SslClientAuthenticationOptions tls)
    {
        var judge = tls.RemoteCertificateValidationCallback;
        tls.RemoteCertificateValidationCallback = (sender, certificate, chain, errors) =>
        {
            try
            {
                return (judge?.Invoke(sender, certificate, chain, errors) ?? errors == SslPolicyErrors.None) ? true : throw Of(certificate as X509Certificate2, errors);
            }
            catch (AuthenticationException known) when (known is not RefusedCertificateException)
            {
                throw new RefusedCertificateException(known.Message, null);
            }
        };
        return tls;
    }

    private static RefusedCertificateException Of(X509Certificate2? certificate, SslPolicyErrors errors)
    {
        var now = DateTime.Now; // As the certificate tells its own times.
        if (errors.HasFlag(SslPolicyErrors.RemoteCertificateNameMismatch)) return new("its certificate is for another host", null);
        if (certificate?.NotAfter < now) return new("its certificate has expired", "check this machine's clock");
        if (certificate?.NotBefore > now) return new("its certificate is not valid yet", "check this machine's clock");
        return new(
            "no trusted TLS connection could be made",
            "if your network or server uses its own certificate authority, name its certificates in SSL_CERT_FILE");
    }
}
