using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Org.BouncyCastle.Crypto.Parameters;
using Org.BouncyCastle.Crypto.Signers;

namespace LocalService.Protocol;

/// <summary>The public key in a proof: P-256, or Ed25519 (which .NET does not have).</summary>
internal sealed class DPoPKey : IDisposable
{
    private const int CoordinateLength = 32;

    private readonly ECDsa? ec;
    private readonly Ed25519PublicKeyParameters? edwards;

    private DPoPKey(ECDsa key, string x, string y)
    {
        ec = key;
        Thumbprint = Hash($$"""{"crv":"P-256","kty":"EC","x":"{{x}}","y":"{{y}}"}""");
    }

    private DPoPKey(Ed25519PublicKeyParameters key, string x)
    {
        edwards = key;
        Thumbprint = Hash($$"""{"crv":"Ed25519","kty":"OKP","x":"{{x}}"}""");
    }

    /// <summary>RFC 7638.</summary>
    public string Thumbprint { get; }

    /// <returns>Null where the key is private, not for this algorithm, or not a key.</returns>
    public static DPoPKey? Read(JsonElement jwk, string algorithm)
    {
        if (jwk.TryGetProperty("d", out _))
        {
            return null;
        }

        return (algorithm, Text(jwk, "kty"), Text(jwk, "crv")) switch
        {
            ("ES256", "EC", "P-256") => ReadEc(Text(jwk, "x"), Text(jwk, "y")),
            // RFC 8037 has the first name, RFC 9864 the second.
            ("EdDSA" or "Ed25519", "OKP", "Ed25519") => ReadEdwards(Text(jwk, "x")),
            _ => null,
        };
    }

    public bool Verify(byte[] data, byte[] signature)
    {
        if (ec is not null)
        {
            return signature.Length == 2 * CoordinateLength && ec.VerifyData(data, signature, HashAlgorithmName.SHA256);
        }

        var signer = new Ed25519Signer();
        signer.Init(forSigning: false, edwards);
        signer.BlockUpdate(data, 0, data.Length);
        return signer.VerifySignature(signature);
    }

    public void Dispose() => ec?.Dispose();

    private static DPoPKey? ReadEc(string x, string y)
    {
        // RFC 7518 6.2.1.2: the full size, leading zeros too.
        var point = new ECPoint { X = Base64Url.DecodeFromChars(x), Y = Base64Url.DecodeFromChars(y) };
        if (point.X.Length != CoordinateLength || point.Y.Length != CoordinateLength)
        {
            return null;
        }

        try
        {
            return new DPoPKey(ECDsa.Create(new ECParameters { Curve = ECCurve.NamedCurves.nistP256, Q = point }), x, y);
        }
        catch (CryptographicException)
        {
            return null; // No point of the curve.
        }
    }

    private static DPoPKey? ReadEdwards(string x)
    {
        var key = Base64Url.DecodeFromChars(x);
        return key.Length == CoordinateLength ? new DPoPKey(new Ed25519PublicKeyParameters(key), x) : null;
    }

    private static string Text(JsonElement jwk, string name) => jwk.GetProperty(name).GetString() ?? throw new JsonException($"{name} is null.");

    private static string Hash(string members) => Base64Url.EncodeToString(SHA256.HashData(Encoding.UTF8.GetBytes(members)));
}
