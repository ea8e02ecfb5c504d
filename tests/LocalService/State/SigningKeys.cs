using System.Buffers.Text;
using System.Security.Cryptography;
using Org.BouncyCastle.Crypto.Parameters;
using Org.BouncyCastle.Crypto.Signers;

namespace LocalService.State;

/// <summary>A key of each kind, made when first needed and kept in the database.</summary>
public sealed class SigningKeys : IDisposable
{
    // An RSA key takes a noticeable time to make. Services in memory, of which tests start many, share one.
    private static readonly Lazy<byte[]> SharedRsa = new(NewRsa);
    private static readonly Lazy<byte[]> SharedEc = new(() => NewEc(ECCurve.NamedCurves.nistP256));

    private readonly Lock signing = new();
    private readonly Lazy<RSA> rsa;
    private readonly Lazy<ECDsa> ec;
    private readonly Lazy<ECDsa> largeEc;
    private readonly Lazy<Ed25519PrivateKeyParameters> edwards;

    public SigningKeys(Database database)
    {
        rsa = new(() =>
        {
            var key = RSA.Create();
            key.ImportPkcs8PrivateKey(database.InMemory ? SharedRsa.Value : Kept(database, "RS256", NewRsa), out _);
            return key;
        });
        ec = new(() =>
        {
            var key = ECDsa.Create();
            key.ImportPkcs8PrivateKey(database.InMemory ? SharedEc.Value : Kept(database, "ES256", () => NewEc(ECCurve.NamedCurves.nistP256)), out _);
            return key;
        });
        largeEc = new(() =>
        {
            var key = ECDsa.Create();
            key.ImportPkcs8PrivateKey(Kept(database, "ES384", () => NewEc(ECCurve.NamedCurves.nistP384)), out _);
            return key;
        });
        edwards = new(() => new Ed25519PrivateKeyParameters(Kept(database, "EdDSA", () => RandomNumberGenerator.GetBytes(32))));
    }

    public static IReadOnlyList<string> Algorithms { get; } = ["RS256", "PS256", "ES256", "ES384", "EdDSA"];

    /// <returns>Null where there is no key that the key set names.</returns>
    public string? KeyIdFor(string algorithm) => algorithm switch
    {
        "RS256" or "PS256" => KeyId(rsa.Value),
        "ES256" => KeyId(ec.Value),
        "ES384" => KeyId(largeEc.Value),
        "EdDSA" => "edwards",
        _ => null,
    };

    /// <param name="algorithm">One of <see cref="Algorithms"/>; or none, or HS256, which no client may take.</param>
    /// <returns>The signature in the form of RFC 7518 3.</returns>
    public byte[] Sign(string algorithm, byte[] data)
    {
        lock (signing) // Key objects serve one thread at a time.
        {
            return algorithm switch
            {
                "RS256" => rsa.Value.SignData(data, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1),
                "PS256" => rsa.Value.SignData(data, HashAlgorithmName.SHA256, RSASignaturePadding.Pss),
                "ES256" => ec.Value.SignData(data, HashAlgorithmName.SHA256),
                "ES384" => largeEc.Value.SignData(data, HashAlgorithmName.SHA384),
                "EdDSA" => SignEdwards(data),
                "HS256" => HMACSHA256.HashData("datagen-cli"u8, data),
                "none" => [],
                _ => throw new NotSupportedException($"{algorithm} is no algorithm of this service."),
            };
        }
    }

    /// <returns>A JWK Set (RFC 7517) of the public halves.</returns>
    public object PublicKeySet()
    {
        var rsaKey = rsa.Value.ExportParameters(includePrivateParameters: false);
        return new
        {
            keys = new object[]
            {
                new
                {
                    kty = "RSA", use = "sig", kid = KeyId(rsa.Value),
                    n = Base64Url.EncodeToString(rsaKey.Modulus), e = Base64Url.EncodeToString(rsaKey.Exponent),
                },
                Describe(ec.Value, "ES256", "P-256"),
                Describe(largeEc.Value, "ES384", "P-384"),
                new
                {
                    kty = "OKP", use = "sig", alg = "EdDSA", kid = "edwards", crv = "Ed25519",
                    x = Base64Url.EncodeToString(edwards.Value.GeneratePublicKey().GetEncoded()),
                },
            },
        };
    }

    public void Dispose()
    {
        if (rsa.IsValueCreated)
        {
            rsa.Value.Dispose();
        }

        if (ec.IsValueCreated)
        {
            ec.Value.Dispose();
        }

        if (largeEc.IsValueCreated)
        {
            largeEc.Value.Dispose();
        }
    }

    private static object Describe(ECDsa key, string algorithm, string curve)
    {
        var point = key.ExportParameters(includePrivateParameters: false).Q;
        return new
        {
            kty = "EC",
            use = "sig",
            alg = algorithm,
            kid = KeyId(key),
            crv = curve,
            x = Base64Url.EncodeToString(point.X),
            y = Base64Url.EncodeToString(point.Y),
        };
    }

    private byte[] SignEdwards(byte[] data)
    {
        var signer = new Ed25519Signer();
        signer.Init(forSigning: true, edwards.Value);
        signer.BlockUpdate(data, 0, data.Length);
        return signer.GenerateSignature();
    }

    private static byte[] Kept(Database database, string algorithm, Func<byte[]> make) => database.Transact(transaction =>
    {
        var key = transaction.Find(
            "SELECT pkcs8 FROM signing_keys WHERE algorithm = $algorithm",
            row => (byte[])row["pkcs8"],
            ("$algorithm", algorithm));
        if (key is null)
        {
            key = make();
            transaction.Run(
                "INSERT INTO signing_keys (algorithm, pkcs8) VALUES ($algorithm, $key)", ("$algorithm", algorithm), ("$key", key));
        }

        return key;
    });

    private static byte[] NewRsa()
    {
        using var key = RSA.Create(2048);
        return key.ExportPkcs8PrivateKey();
    }

    private static byte[] NewEc(ECCurve curve)
    {
        using var key = ECDsa.Create(curve);
        return key.ExportPkcs8PrivateKey();
    }

    private static string KeyId(AsymmetricAlgorithm key) =>
        Base64Url.EncodeToString(SHA256.HashData(key.ExportSubjectPublicKeyInfo()).AsSpan(0, 12));
}
