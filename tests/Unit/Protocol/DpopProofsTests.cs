using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Datagen.Protocol;
using Unit.World;

namespace Unit.Protocol;

public sealed class DpopProofsTests : IDisposable
{
    private static readonly Uri Endpoint = new("https://id.example/token");
    private static readonly DateTimeOffset Now = StillClock.Start;

    private readonly FileDpopKey _key = FileDpopKey.Create();
    private readonly DpopProofs _proofs;

    public DpopProofsTests() => _proofs = new DpopProofs(_key, "ES256", new StillClock());

    public void Dispose()
    {
        _proofs.Dispose();
        _key.Dispose();
    }

    private async Task<(JsonObject Header, JsonObject Claims)> Proof(HttpMethod? method = null, string? address = null, string? token = null)
    {
        var proof = await _proofs.CreateAsync(
            method ?? HttpMethod.Post, address is null ? Endpoint : new Uri(address), token, TestContext.Current.CancellationToken);
        Assert.True(Verifies(proof), "the signature does not verify by the key in the header");
        var parts = proof.Split('.');
        return (Json(parts[0]), Json(parts[1]));
    }

    private static JsonObject Json(string part) => JsonNode.Parse(Base64Url.DecodeFromChars(part))!.AsObject();

    private static bool Verifies(string proof)
    {
        var parts = proof.Split('.');
        var jwk = Json(parts[0])["jwk"]!;
        using var key = ECDsa.Create(new ECParameters
        {
            Curve = ECCurve.NamedCurves.nistP256,
            Q = new ECPoint { X = Base64Url.DecodeFromChars((string)jwk["x"]!), Y = Base64Url.DecodeFromChars((string)jwk["y"]!) },
        });
        return key.VerifyData(Encoding.ASCII.GetBytes($"{parts[0]}.{parts[1]}"), Base64Url.DecodeFromChars(parts[2]), HashAlgorithmName.SHA256);
    }

    [Fact]
    public async Task A_proof_names_its_type_its_algorithm_and_the_public_key_alone()
    {
        var (header, _) = await Proof();

        Assert.Equal(["typ", "alg", "jwk"], header.Select(member => member.Key));
        Assert.Equal("dpop+jwt", (string)header["typ"]!);
        Assert.Equal("ES256", (string)header["alg"]!);
        Assert.Equal(["crv", "kty", "x", "y"], header["jwk"]!.AsObject().Select(member => member.Key));
    }

    [Fact]
    public async Task A_proof_for_the_token_endpoint_has_no_hash_of_a_token()
    {
        var (_, claims) = await Proof();

        Assert.Equal(["jti", "htm", "htu", "iat"], claims.Select(member => member.Key));
        Assert.Equal("POST", (string)claims["htm"]!);
        Assert.Equal("https://id.example/token", (string)claims["htu"]!);
        Assert.Equal(Now.ToUnixTimeSeconds() - 1, (long)claims["iat"]!);
    }

    [Fact]
    public async Task A_proof_for_a_resource_has_the_hash_of_its_token()
    {
        var (_, claims) = await Proof(HttpMethod.Get, "https://api.example/v1/datasets", "token-1");

        Assert.Equal(Base64Url.EncodeToString(SHA256.HashData("token-1"u8)), (string)claims["ath"]!);
    }

    [Theory]
    [InlineData("https://api.example/v1/datasets?limit=10", "https://api.example/v1/datasets")]
    [InlineData("https://api.example/v1/datasets?a=b#c", "https://api.example/v1/datasets")]
    [InlineData("https://api.example", "https://api.example/")]
    [InlineData("http://127.0.0.1:8080/me", "http://127.0.0.1:8080/me")]
    [InlineData("https://api.example:443/me/", "https://api.example/me/")]
    public async Task A_proof_names_the_address_without_query_and_fragment(string address, string expected)
    {
        var (_, claims) = await Proof(address: address);

        Assert.Equal(expected, (string)claims["htu"]!);
    }

    [Fact]
    public async Task No_two_proofs_have_one_number()
    {
        var numbers = new HashSet<string>();
        for (var i = 0; i < 50; i++) numbers.Add((string)(await Proof()).Claims["jti"]!);

        Assert.Equal(50, numbers.Count);
        Assert.All(numbers, number => Assert.Equal(22, number.Length));
    }

    [Fact]
    public async Task A_nonce_goes_to_the_server_that_gave_it_and_to_no_other()
    {
        Assert.True(_proofs.Learn(Endpoint, "nonce-1", null));

        Assert.Equal("nonce-1", (string)(await Proof()).Claims["nonce"]!);
        Assert.Equal("nonce-1", (string)(await Proof(address: "https://id.example/me")).Claims["nonce"]!);
        Assert.False((await Proof(address: "https://api.example/me")).Claims.ContainsKey("nonce"));
        Assert.False((await Proof(address: "https://id.example:8443/me")).Claims.ContainsKey("nonce"));
    }

    [Fact]
    public void A_nonce_that_is_known_already_is_nothing_new()
    {
        _proofs.Learn(Endpoint, "nonce-1", null);

        Assert.False(_proofs.Learn(Endpoint, "nonce-1", null));
        Assert.True(_proofs.Learn(Endpoint, "nonce-2", null));
    }

    [Theory]
    [InlineData("")]
    [InlineData("two words")]
    [InlineData("a\"quote")]
    [InlineData("back\\slash")]
    public async Task What_cannot_be_a_nonce_is_not_taken_for_one(string nonce)
    {
        Assert.False(_proofs.Learn(Endpoint, nonce, null));
        Assert.False(_proofs.Learn(Endpoint, new string('n', 1025), null));

        Assert.False((await Proof()).Claims.ContainsKey("nonce"));
    }

    [Theory]
    [InlineData(-6)]
    [InlineData(-3600)]
    [InlineData(6)]
    [InlineData(3600)]
    public async Task The_servers_clock_counts_where_the_two_differ(int seconds)
    {
        Assert.True(_proofs.Learn(Endpoint, null, Now.AddSeconds(seconds)));

        Assert.Equal(Now.AddSeconds(seconds - 1).ToUnixTimeSeconds(), (long)(await Proof()).Claims["iat"]!);
        Assert.Equal(Now.AddSeconds(-1).ToUnixTimeSeconds(), (long)(await Proof(address: "https://api.example/")).Claims["iat"]!);
    }

    [Theory]
    [InlineData(-2)]
    [InlineData(0)]
    [InlineData(2)]
    public async Task A_difference_of_two_seconds_is_none(int seconds)
    {
        Assert.False(_proofs.Learn(Endpoint, null, Now.AddSeconds(seconds)));

        Assert.Equal(Now.ToUnixTimeSeconds() - 1, (long)(await Proof()).Claims["iat"]!);
    }

    [Fact]
    public void The_same_difference_again_is_nothing_new()
    {
        Assert.True(_proofs.Learn(Endpoint, null, Now.AddSeconds(60)));
        Assert.False(_proofs.Learn(Endpoint, null, Now.AddSeconds(61)));
        Assert.True(_proofs.Learn(Endpoint, null, Now));
    }

    [Theory]
    [InlineData(false, "ES256", "RS256,ES256")]
    [InlineData(false, null, "RS256,EdDSA")]
    [InlineData(true, "EdDSA", "ES256,EdDSA,Ed25519")]
    [InlineData(true, "Ed25519", "ES256,Ed25519")]
    [InlineData(true, null, "ES256")]
    [InlineData(true, null, "")]
    public void The_algorithm_is_one_that_the_server_takes(bool isEdwards, string? expected, string supported)
    {
        var key = isEdwards ? PublicKey.Ed25519(new byte[32]) : PublicKey.P256(new byte[32], new byte[32]);

        Assert.Equal(expected, key.AlgorithmAmong(supported.Split(',')));
    }

    [Fact]
    public void The_thumbprint_is_the_hash_of_the_sorted_members() =>
        Assert.Equal( // RFC 8037 appendix A.3
            "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k",
            PublicKey.Ed25519(Base64Url.DecodeFromChars("11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo")).Thumbprint);

    [Fact]
    public void A_coordinate_keeps_its_leading_zeros()
    {
        var x = new byte[32];
        x[31] = 1;

        Assert.Contains($"\"x\":\"{Base64Url.EncodeToString(x)}\"", PublicKey.P256(x, x).Jwk, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => PublicKey.P256(x.AsSpan(1), x));
    }

    [Fact]
    public void A_key_comes_back_from_its_file_as_the_same()
    {
        var pem = _key.ToPem();

        Assert.StartsWith("-----BEGIN PRIVATE KEY-----\n", pem, StringComparison.Ordinal);
        using var again = FileDpopKey.Parse(pem);
        Assert.Equal(_key.Public, again?.Public);
    }

    [Fact]
    public void What_is_no_private_key_of_P256_is_none()
    {
        using var rsa = RSA.Create(2048);
        using var other = ECDsa.Create(ECCurve.NamedCurves.nistP384);
        using var same = ECDsa.Create(ECCurve.NamedCurves.nistP256);

        foreach (var text in new[]
        {
            "", "not a key", rsa.ExportPkcs8PrivateKeyPem(), other.ExportPkcs8PrivateKeyPem(), same.ExportSubjectPublicKeyInfoPem(),
            same.ExportEncryptedPkcs8PrivateKeyPem("password", new PbeParameters(PbeEncryptionAlgorithm.Aes256Cbc, HashAlgorithmName.SHA256, 10)),
        })
            Assert.Null(FileDpopKey.Parse(text));
    }
}
