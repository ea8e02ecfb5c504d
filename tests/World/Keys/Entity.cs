using System.Collections.Concurrent;
using System.Formats.Asn1;
using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Tests.World;

public enum KeyKind
{
    EllipticCurve,
    Rsa,
    ShortEllipticCurve,
    ShortRsa,
}

/// <summary>Someone with a name and a key, who may get any number of certificates from anyone.</summary>
public sealed class Entity
{
    private static readonly ConcurrentDictionary<(KeyKind, int), AsymmetricAlgorithm> Keys = new();
    private readonly AsymmetricAlgorithm _key;

    private Entity(X500DistinguishedName name, AsymmetricAlgorithm key) => (Name, _key) = (name, key);

    /// <param name="name">The common name.</param>
    /// <param name="kind">The kind of key.</param>
    /// <param name="key">Which key: the same number is the same key, as they take long to make.</param>
    public Entity(string name, KeyKind kind, int key)
        : this(NameOf(name), Keys.GetOrAdd((kind, key), _ => NewKey(kind)))
    {
    }

    public X500DistinguishedName Name { get; }

    private X509SignatureGenerator Signer(Terms terms)
    {
        if (terms.Hash is { } hash && hash != HashAlgorithmName.SHA256 && !terms.IsPss) return new AnySigner(_key);
        return _key is RSA rsa
            ? terms is { IsPss: true, Hash.Name: "SHA1" } ? new AnySigner(rsa) { IsPss = true } : X509SignatureGenerator.CreateForRSA(rsa, terms.IsPss ? RSASignaturePadding.Pss : RSASignaturePadding.Pkcs1)
            : X509SignatureGenerator.CreateForECDsa((ECDsa)_key);
    }

    public Entity Called(X500DistinguishedName name) => new(name, _key);

    public Entity Called(string name) => new(NameOf(name), _key);

    public static X500DistinguishedName NameOf(string text, UniversalTagNumber type = UniversalTagNumber.UTF8String) =>
        NameOf([("2.5.4.10", "Datagen's tests", UniversalTagNumber.UTF8String)], [("2.5.4.3", text, type)]);

    /// <summary>The framework's own builder knows fewer types, and one pair in a part.</summary>
    public static X500DistinguishedName NameOf(params (string Kind, string Text, UniversalTagNumber Type)[][] parts)
    {
        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            foreach (var part in parts)
            {
                using (writer.PushSetOf())
                {
                    foreach (var (kind, text, type) in part)
                    {
                        using (writer.PushSequence())
                        {
                            writer.WriteObjectIdentifier(kind);
                            writer.WriteCharacterString(type, text);
                        }
                    }
                }
            }
        }

        return new X500DistinguishedName(writer.Encode());
    }

    public X509Certificate2 SelfSigned(Terms? terms = null) => Certify(this, terms);

    public X509Certificate2 Certify(Entity subject, Terms? terms = null)
    {
        terms ??= new Terms();
        var request = subject._key is RSA rsa
            ? new CertificateRequest(subject.Name, rsa, terms.Hash ?? HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1)
            : new CertificateRequest(subject.Name, (ECDsa)subject._key, terms.Hash ?? HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(terms.IsAuthority, terms.PathLength is not null, terms.PathLength ?? 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(
            terms.IsAuthority ? X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign : X509KeyUsageFlags.DigitalSignature, true));
        if (terms.HasKeyIdentifiers)
        {
            request.CertificateExtensions.Add(subject.KeyIdentifier);
            request.CertificateExtensions.Add(X509AuthorityKeyIdentifierExtension.CreateFromSubjectKeyIdentifier(KeyIdentifier));
        }

        if (terms.Purpose is { } purpose) request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid(purpose)], false));
        foreach (var extension in terms.More) request.CertificateExtensions.Add(extension);
        if (!terms.IsAuthority) request.CertificateExtensions.Add(terms.AlternativeNames());
        var certificate = request.Create(Name, Signer(terms), terms.From, terms.To, RandomNumberGenerator.GetBytes(8));
        if (terms.IsAuthority) return certificate;
        return subject._key is RSA own ? certificate.CopyWithPrivateKey(own) : certificate.CopyWithPrivateKey((ECDsa)subject._key);
    }

    /// <summary>A self-signed certificate of the first version, which has neither a version nor extensions.</summary>
    public X509Certificate2 SelfSignedVersion1()
    {
        var fields = new AsnReader(SelfSigned().RawData, AsnEncodingRules.DER).ReadSequence().ReadSequence();
        fields.ReadEncodedValue();
        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            for (var i = 0; i < 6; i++) writer.WriteEncodedValue(fields.ReadEncodedValue().Span);
        }

        var content = writer.Encode();
        writer.Reset();
        using (writer.PushSequence())
        {
            writer.WriteEncodedValue(content);
            writer.WriteEncodedValue(Signer(new Terms()).GetSignatureAlgorithmIdentifier(HashAlgorithmName.SHA256));
            writer.WriteBitString(Signer(new Terms()).SignData(content, HashAlgorithmName.SHA256));
        }

        return X509CertificateLoader.LoadCertificate(writer.Encode());
    }

    private X509SubjectKeyIdentifierExtension KeyIdentifier => new(new PublicKey(_key), false);

    private static AsymmetricAlgorithm NewKey(KeyKind kind) => kind switch
    {
        KeyKind.Rsa => RSA.Create(2048),
        KeyKind.EllipticCurve => ECDsa.Create(ECCurve.NamedCurves.nistP256),
#pragma warning disable CA5385 // That nobody should take it is what is tested.
        KeyKind.ShortRsa => RSA.Create(1024),
#pragma warning restore CA5385
        _ => ECDsa.Create(ECCurve.CreateFromValue("1.2.840.10045.3.1.1")), // P-192
    };

    /// <summary>Signs with hashes that the framework signs no certificate with.</summary>
    private sealed class AnySigner(AsymmetricAlgorithm key) : X509SignatureGenerator
    {
        public bool IsPss { get; init; }

        public override byte[] GetSignatureAlgorithmIdentifier(HashAlgorithmName hashAlgorithm)
        {
            var writer = new AsnWriter(AsnEncodingRules.DER);
            using (writer.PushSequence())
            {
                writer.WriteObjectIdentifier((key, hashAlgorithm.Name) switch
                {
                    _ when IsPss => "1.2.840.113549.1.1.10", // Its parameters are SHA-1's where there are none.
                    (RSA, "MD5") => "1.2.840.113549.1.1.4",
                    (RSA, "SHA1") => "1.2.840.113549.1.1.5",
                    (RSA, "SHA384") => "1.2.840.113549.1.1.12",
                    (RSA, "SHA512") => "1.2.840.113549.1.1.13",
                    _ => "1.2.840.10045.4.1", // ECDSA with SHA-1
                });
                if (IsPss) writer.WriteEncodedValue([0x30, 0]);
                else if (key is RSA) writer.WriteNull();
            }

            return writer.Encode();
        }

        public override byte[] SignData(byte[] data, HashAlgorithmName hashAlgorithm) => key is RSA rsa
            ? rsa.SignData(data, hashAlgorithm, IsPss ? RSASignaturePadding.Pss : RSASignaturePadding.Pkcs1)
            : ((ECDsa)key).SignData(data, hashAlgorithm, DSASignatureFormat.Rfc3279DerSequence);

        protected override PublicKey BuildPublicKey() => new(key);
    }
}

/// <summary>What a certificate says; without anything else an authority's, valid now.</summary>
public sealed record Terms
{
    public const string ForServers = "1.3.6.1.5.5.7.3.1", ForClients = "1.3.6.1.5.5.7.3.2", ForAnything = "2.5.29.37.0";

    public static Terms Leaf { get; } = new() { IsAuthority = false, Purpose = ForServers };

    public static Terms Expired { get; } = new() { From = DateTimeOffset.UtcNow.AddYears(-2), To = DateTimeOffset.UtcNow.AddDays(-1) };

    public static Terms NotYetValid { get; } = new() { From = DateTimeOffset.UtcNow.AddDays(1) };

    public bool IsAuthority { get; init; } = true;

    public int? PathLength { get; init; }

    public string? Purpose { get; init; }

    public string Host { get; init; } = "localhost";

    public IPAddress HostAddress { get; init; } = IPAddress.Loopback;

    public bool HasKeyIdentifiers { get; init; } = true;

    /// <summary>What the signature is over; SHA-256 where it is not said.</summary>
    public HashAlgorithmName? Hash { get; init; }

    public bool IsPss { get; init; }

    public DateTimeOffset From { get; init; } = DateTimeOffset.UtcNow.AddDays(-1);

    public DateTimeOffset To { get; init; } = DateTimeOffset.UtcNow.AddYears(1);

    public IReadOnlyList<X509Extension> More { get; init; } = [];

    public X509Extension AlternativeNames()
    {
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(Host);
        names.AddIpAddress(HostAddress);
        return names.Build();
    }
}
