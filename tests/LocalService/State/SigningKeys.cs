using System.Buffers.Text;
using System.Security.Cryptography;
using Microsoft.IdentityModel.Tokens;

namespace LocalService.State;

/// <summary>One RSA and one P-256 key, made when first needed and kept in the database.</summary>
public sealed class SigningKeys : IDisposable
{
    // An RSA key takes a noticeable time to make. Services in memory, of which tests start many, share one.
    private static readonly Lazy<byte[]> SharedRsa = new(NewRsa);
    private static readonly Lazy<byte[]> SharedEc = new(NewEc);

    private readonly Lazy<RSA> rsa;
    private readonly Lazy<ECDsa> ec;

    public SigningKeys(Database database)
    {
        rsa = new(() =>
        {
            var key = RSA.Create();
            key.ImportPkcs8PrivateKey(database.InMemory ? SharedRsa.Value : Kept(database, SecurityAlgorithms.RsaSha256, NewRsa), out _);
            return key;
        });
        ec = new(() =>
        {
            var key = ECDsa.Create();
            key.ImportPkcs8PrivateKey(database.InMemory ? SharedEc.Value : Kept(database, SecurityAlgorithms.EcdsaSha256, NewEc), out _);
            return key;
        });
    }

    public SigningCredentials Credentials(string algorithm)
    {
        SecurityKey key = algorithm switch
        {
            SecurityAlgorithms.RsaSha256 => new RsaSecurityKey(rsa.Value) { KeyId = KeyId(rsa.Value) },
            SecurityAlgorithms.EcdsaSha256 => new ECDsaSecurityKey(ec.Value) { KeyId = KeyId(ec.Value) },
            _ => throw new NotSupportedException($"{algorithm} is neither RS256 nor ES256."),
        };

        // The cache is one for the process: it would hand the key of one service, disposed perhaps, to another.
        key.CryptoProviderFactory = new CryptoProviderFactory { CacheSignatureProviders = false };
        return new(key, algorithm);
    }

    /// <returns>A JWK Set (RFC 7517) of the public halves.</returns>
    public object PublicKeySet()
    {
        var rsaKey = rsa.Value.ExportParameters(includePrivateParameters: false);
        var ecKey = ec.Value.ExportParameters(includePrivateParameters: false);
        return new
        {
            keys = new object[]
            {
                new
                {
                    kty = "RSA", use = "sig", alg = SecurityAlgorithms.RsaSha256, kid = KeyId(rsa.Value),
                    n = Base64Url.EncodeToString(rsaKey.Modulus), e = Base64Url.EncodeToString(rsaKey.Exponent),
                },
                new
                {
                    kty = "EC", use = "sig", alg = SecurityAlgorithms.EcdsaSha256, kid = KeyId(ec.Value), crv = "P-256",
                    x = Base64Url.EncodeToString(ecKey.Q.X), y = Base64Url.EncodeToString(ecKey.Q.Y),
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

    private static byte[] NewEc()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        return key.ExportPkcs8PrivateKey();
    }

    private static string KeyId(AsymmetricAlgorithm key) =>
        Base64Url.EncodeToString(SHA256.HashData(key.ExportSubjectPublicKeyInfo()).AsSpan(0, 12));
}
