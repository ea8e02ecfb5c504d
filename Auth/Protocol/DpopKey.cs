using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace Datagen.Protocol;

/// <summary>A key that tokens are bound to (RFC 9449). It is asked for signatures and never for itself.</summary>
internal abstract class DpopKey(PublicKey publicKey) : IDisposable
{
    public PublicKey Public => publicKey;

    /// <summary>A JOSE signature over the bytes (RFC 7515 section 5.1): 64 bytes for ES256 and for EdDSA.</summary>
    public abstract Task<byte[]> SignAsync(byte[] data, CancellationToken cancellation);

    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    protected virtual void Dispose(bool disposing)
    {
    }
}

/// <summary>The public half of a key that can sign proofs, as a JWK (RFC 7517).</summary>
/// <param name="Jwk">Its required members alone, in the order and without the blanks that RFC 7638 section 3 hashes.</param>
/// <param name="IsEdwards">Whether it is Ed25519 (RFC 8037), else P-256.</param>
internal sealed record PublicKey(string Jwk, bool IsEdwards)
{
    private const int CoordinateBytes = 32;

    /// <summary>The SHA-256 thumbprint (RFC 7638), which a bound token names as <c>cnf.jkt</c>.</summary>
    public string Thumbprint { get; } = Base64Url.EncodeToString(SHA256.HashData(Encoding.ASCII.GetBytes(Jwk)));

    /// <summary>Leading zeros of a coordinate belong to it (RFC 7518 section 6.2.1.2).</summary>
    public static PublicKey P256(ReadOnlySpan<byte> x, ReadOnlySpan<byte> y) => x.Length == CoordinateBytes && y.Length == CoordinateBytes
        ? new($$"""{"crv":"P-256","kty":"EC","x":"{{Base64Url.EncodeToString(x)}}","y":"{{Base64Url.EncodeToString(y)}}"}""", IsEdwards: false)
        : throw new ArgumentException("a coordinate of P-256 has 32 bytes", nameof(x));

    public static PublicKey Ed25519(ReadOnlySpan<byte> x) => x.Length == CoordinateBytes
        ? new($$"""{"crv":"Ed25519","kty":"OKP","x":"{{Base64Url.EncodeToString(x)}}"}""", IsEdwards: true)
        : throw new ArgumentException("a key of Ed25519 has 32 bytes", nameof(x));

    /// <summary>What the key's algorithm is called at a server that names these; null where the server takes no such key.</summary>
    /// <param name="supported"><c>dpop_signing_alg_values_supported</c> (RFC 9449 section 5.1).</param>
    public string? AlgorithmAmong(IReadOnlyCollection<string> supported) =>
        !IsEdwards ? (supported.Contains(Es256) ? Es256 : null)
        // RFC 9864 gave EdDSA with Ed25519 a name of its own; servers that know both names also take the old one.
        : supported.Contains(EdDsa) ? EdDsa
        : supported.Contains("Ed25519") ? "Ed25519"
        : null;

    public const string Es256 = "ES256";
    public const string EdDsa = "EdDSA";
}

/// <summary>A P-256 key of the program's own, kept as PKCS #8 in PEM (RFC 5958, RFC 7468).</summary>
internal sealed class FileDpopKey : DpopKey
{
    private const string P256 = "1.2.840.10045.3.1.7";
    private readonly ECDsa _key;

    private FileDpopKey(ECDsa key, ECParameters parameters)
        : base(PublicKey.P256(parameters.Q.X, parameters.Q.Y)) => _key = key;

    public static FileDpopKey Create()
    {
        var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        return new FileDpopKey(key, key.ExportParameters(includePrivateParameters: false));
    }

    /// <summary>Null where the text holds no private key of P-256.</summary>
    public static FileDpopKey? Parse(ReadOnlySpan<char> pem)
    {
        var key = ECDsa.Create();
        try
        {
            key.ImportFromPem(pem);
            var parameters = key.ExportParameters(includePrivateParameters: true);
            var isP256 = parameters.D is not null && parameters.Curve is { IsNamed: true, Oid.Value: P256 };
            CryptographicOperations.ZeroMemory(parameters.D);
            if (isP256) return new FileDpopKey(key, parameters);
        }
        catch (Exception unusable) when (unusable is CryptographicException or ArgumentException)
        {
            // Told by the caller, who knows which file it was.
        }

        key.Dispose();
        return null;
    }

    public string ToPem() => _key.ExportPkcs8PrivateKeyPem() + '\n';

    public override Task<byte[]> SignAsync(byte[] data, CancellationToken cancellation) =>
        Task.FromResult(_key.SignData(data, HashAlgorithmName.SHA256, DSASignatureFormat.IeeeP1363FixedFieldConcatenation));

    protected override void Dispose(bool disposing)
    {
        _key.Dispose();
        base.Dispose(disposing);
    }
}
