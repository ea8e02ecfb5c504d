using System.Formats.Asn1;
using System.Security.Cryptography.X509Certificates;

namespace Datagen.Trust;

/// <summary>The least that a chain must be worth: 112 bits, OpenSSL's security level 2, as curl has it on Debian. The framework sets none for certificates.</summary>
/// <remarks>What is not known here counts as too weak: OpenSSL knows no other that an authority may use.</remarks>
internal static class Strength
{
    private const int RsaBits = 2048, CurveBits = 224;
    private const string Rsa = "1.2.840.113549.1.1.1", RsaPss = "1.2.840.113549.1.1.10", Curve = "1.2.840.10045.2.1";
    private const string Ed25519 = "1.3.101.112", Ed448 = "1.3.101.113";

    // NIST's: SHA-3 with RSA, ECDSA and DSA, ML-DSA, SLH-DSA; and the hashes of SHA-2 and SHA-3.
    private const string NistSignatures = "2.16.840.1.101.3.4.3.", NistHashes = "2.16.840.1.101.3.4.2.";

    private static readonly string[] s_signatures =
    [
        "1.2.840.113549.1.1.11", "1.2.840.113549.1.1.12", "1.2.840.113549.1.1.13", "1.2.840.113549.1.1.14", // RSA with SHA-256, 384, 512, 224
        "1.2.840.113549.1.1.15", "1.2.840.113549.1.1.16", // with SHA-512/224 and SHA-512/256
        "1.2.840.10045.4.3.1", "1.2.840.10045.4.3.2", "1.2.840.10045.4.3.3", "1.2.840.10045.4.3.4", // ECDSA with SHA-224 to 512
        Ed25519, Ed448,
    ];

    /// <summary>What is too weak in a chain, told to a person; null where nothing is. A root's own signature counts for nothing: it is there, and needs none.</summary>
    public static string? WeaknessOf(X509Chain chain)
    {
        for (var i = 0; i < chain.ChainElements.Count; i++)
        {
            var certificate = chain.ChainElements[i].Certificate;
            var whose = i == 0 ? "its certificate" : "a certificate of its chain";
            try
            {
                if (!HasStrongKey(certificate.PublicKey)) return $"{whose} has a key that is too short";
                if (i < chain.ChainElements.Count - 1 && !IsStronglySigned(certificate)) return $"{whose} is signed by an algorithm that is too weak, such as SHA-1";
            }
            catch (AsnContentException)
            {
                return $"{whose} has a key or signature that can't be read";
            }
        }

        return null;
    }

    private static bool HasStrongKey(PublicKey key)
    {
        var value = key.EncodedKeyValue.RawData;
        return key.Oid.Value switch
        {
            // RFC 8017 appendix A.1.1: the modulus comes first.
            Rsa or RsaPss => Bits(AsnDecoder.ReadIntegerBytes(Content(value), AsnEncodingRules.BER, out _)) >= RsaBits,
            // RFC 5480 section 2.2: 4, X and Y; or 2 or 3 and X.
            Curve => 8 * (value[0] == 4 ? (value.Length - 1) / 2 : value.Length - 1) >= CurveBits,
            Ed25519 or Ed448 => true,
            var other => other?.StartsWith(NistSignatures, StringComparison.Ordinal) == true,
        };
    }

    private static bool IsStronglySigned(X509Certificate2 certificate) => certificate.SignatureAlgorithm.Value switch
    {
        RsaPss => HasStrongHash(certificate.RawData),
        { } algorithm => Array.IndexOf(s_signatures, algorithm) >= 0 || algorithm.StartsWith(NistSignatures, StringComparison.Ordinal),
        null => false,
    };

    // RFC 4055 section 3.1: the hash is the first parameter, and SHA-1 where there is none.
    private static bool HasStrongHash(ReadOnlySpan<byte> certificate)
    {
        var fields = Content(certificate);
        fields = After(fields);
        var algorithm = After(Content(fields));
        if (algorithm.IsEmpty) return false;
        var parameters = Content(algorithm);
        if (parameters.IsEmpty || !Asn1Tag.Decode(parameters, out _).HasSameClassAndValue(new Asn1Tag(TagClass.ContextSpecific, 0))) return false;
        return AsnDecoder.ReadObjectIdentifier(Content(Content(parameters)), AsnEncodingRules.BER, out _).StartsWith(NistHashes, StringComparison.Ordinal);
    }

    private static int Bits(ReadOnlySpan<byte> integer)
    {
        integer = integer.TrimStart((byte)0);
        return integer.IsEmpty ? 0 : (8 * integer.Length) - byte.LeadingZeroCount(integer[0]);
    }

    private static ReadOnlySpan<byte> Content(ReadOnlySpan<byte> value)
    {
        AsnDecoder.ReadEncodedValue(value, AsnEncodingRules.BER, out var start, out var length, out _);
        return value.Slice(start, length);
    }

    private static ReadOnlySpan<byte> After(ReadOnlySpan<byte> values)
    {
        AsnDecoder.ReadEncodedValue(values, AsnEncodingRules.BER, out _, out _, out var consumed);
        return values[consumed..];
    }
}
