using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace Tests.World;

/// <summary>A server's key: its public half as a JWK, and tokens signed with the other.</summary>
public sealed class SigningKey
{
    private readonly Func<byte[], byte[]> _sign;
    private readonly string _parameters;

    private SigningKey(string algorithm, string parameters, Func<byte[], byte[]> sign)
    {
        Algorithm = algorithm;
        _parameters = parameters;
        _sign = sign;
    }

    /// <summary>One for all tests, as an RSA key takes a while to make.</summary>
    public static SigningKey Rsa { get; } = NewRsa(2048);

    public static SigningKey EllipticCurve { get; } = NewEllipticCurve(ECCurve.NamedCurves.nistP256, "P-256");

    public string Algorithm { get; }

    public static SigningKey NewRsa(int bits)
    {
        var rsa = RSA.Create(bits);
        var key = rsa.ExportParameters(includePrivateParameters: false);
        return new SigningKey(
            "RS256",
            $"\"kty\":\"RSA\",\"n\":\"{Text(key.Modulus!)}\",\"e\":\"{Text(key.Exponent!)}\"",
            data => rsa.SignData(data, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1));
    }

    public static SigningKey NewEllipticCurve(
        ECCurve curve, string name, DSASignatureFormat format = DSASignatureFormat.IeeeP1363FixedFieldConcatenation)
    {
        var key = ECDsa.Create(curve);
        var point = key.ExportParameters(includePrivateParameters: false).Q;
        return new SigningKey(
            "ES256",
            $"\"kty\":\"EC\",\"crv\":\"{name}\",\"x\":\"{Text(point.X!)}\",\"y\":\"{Text(point.Y!)}\"",
            data => key.SignData(data, HashAlgorithmName.SHA256, format));
    }

    public static string Text(byte[] bytes) => Base64Url.EncodeToString(bytes);

    public static string Text(string text) => Text(Encoding.UTF8.GetBytes(text));

    /// <summary>The public half, with <paramref name="more"/> members.</summary>
    public string Jwk(string more = "\"kid\":\"k1\"") => $"{{{_parameters}{(more.Length > 0 ? "," : "")}{more}}}";

    /// <summary>A JWT with this header (one that fits, unless told) and this payload.</summary>
    public string Token(string payload, string? header = null)
    {
        var signed = $"{Text(header ?? $$"""{"alg":"{{Algorithm}}","kid":"k1","typ":"JWT"}""")}.{Text(payload)}";
        return $"{signed}.{Text(_sign(Encoding.ASCII.GetBytes(signed)))}";
    }
}
