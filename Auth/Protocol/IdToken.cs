using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Datagen.Auth;

namespace Datagen.Protocol;

/// <summary>Whether an ID token can be believed (OpenID Connect Core section 3.1.3.7).</summary>
/// <remarks>RS256 and ES256 are verified, and the key decides which of the two it can be. Other asymmetric algorithms are left to TLS; none and HS* are refused.</remarks>
internal sealed class IdToken
{
    private static readonly TimeSpan ClockSkew = TimeSpan.FromMinutes(5);

    private readonly byte[] _signed;
    private readonly byte[] _signature;
    private readonly JwsHeader _header;
    private readonly IdTokenClaims _claims;

    private IdToken(byte[] signed, byte[] signature, JwsHeader header, IdTokenClaims claims, Claims about)
    {
        _signed = signed;
        _signature = signature;
        _header = header;
        _claims = claims;
        About = about;
    }

    /// <summary>What it says of the person. Worth nothing before the checks.</summary>
    public Claims About { get; }

    /// <exception cref="AuthException">It is not a JWS in compact form with JSON in it (RFC 7515 section 3.1).</exception>
    public static IdToken Parse(string compact)
    {
        if (compact.Length > Limits.IdTokenLength || compact.Split('.') is not [var header, var payload, var signature]) throw Untrusted("it is not a JWT");
        var claims = Decode(payload);
        return new IdToken(
            Encoding.ASCII.GetBytes($"{header}.{payload}"),
            Decode(signature),
            Read(Decode(header), ProtocolJson.Default.JwsHeader),
            Read(claims, ProtocolJson.Default.IdTokenClaims),
            ReadAbout(claims));
    }

    /// <summary>Whether a token, believed before, leaves the groups out because they are too many.</summary>
    public static bool HasTooManyGroups(string compact)
    {
        try
        {
            return Parse(compact).About.HasTooManyGroups;
        }
        catch (AuthException)
        {
            return false;
        }
    }

    /// <exception cref="AuthException">It is another server's, another client's, another sign-in's, or not of now.</exception>
    public void RequireClaims(string issuer, string clientId, string? nonce, DateTimeOffset now)
    {
        if (_claims.Iss != issuer) throw Untrusted($"it is by {Printable.Text(_claims.Iss ?? "nobody")}, not by {Printable.Text(issuer)}");
        if (string.IsNullOrEmpty(_claims.Sub)) throw Untrusted("it is about nobody");
        var audience = _claims.Aud ?? [];
        if (!audience.Contains(clientId)) throw Untrusted("it is for another client");
        if (_claims.Azp is null ? audience.Count > 1 : _claims.Azp != clientId) throw Untrusted("it was given to another client");
        if (_claims.Exp is not { } expiry || now - ClockSkew >= Moment(expiry)) throw Untrusted("it has expired; check this machine's clock");
        if (_claims.Nbf is { } start && now + ClockSkew < Moment(start)) throw Untrusted("it is not valid yet; check this machine's clock");
        if (nonce is not null && _claims.Nonce is null) throw Untrusted("it does not hold the nonce of this sign-in");
        if (nonce is not null && !Pkce.IsSame(nonce, _claims.Nonce)) throw Untrusted("it belongs to another sign-in");
    }

    /// <summary>Whether ID tokens signed so are taken: an asymmetric algorithm (RFC 7518 section 3.1, RFC 8037, RFC 8812, RFC 9864), never none and never a shared secret.</summary>
    public static bool IsAcceptable(string? algorithm) => algorithm is
        "RS256" or "RS384" or "RS512" or "PS256" or "PS384" or "PS512" or "ES256" or "ES384" or "ES512" or "ES256K" or "EdDSA" or "Ed25519" or "Ed448";

    /// <exception cref="AuthException">It is signed with nothing that counts, or with an algorithm that is known here and by none of the server's keys.</exception>
    public async Task RequireSignatureAsync(ServiceClient service, Func<Uri> jwksUri, CancellationToken cancellation)
    {
        if (_header.Crit.ValueKind != JsonValueKind.Undefined) throw Untrusted("it demands what is not known here"); // RFC 7515 section 4.1.11
        if (!IsAcceptable(_header.Alg)) throw Untrusted($"it is signed with {Printable.Text(_header.Alg ?? "nothing")}, which proves nothing");
        if (_signature.Length == 0) throw Untrusted("it is not signed");
        // Others are left to TLS, by which the token came straight from the token endpoint (OpenID Connect Core section 3.1.3.7, item 6).
        if (_header.Alg is not ("RS256" or "ES256")) return;

        var answer = await service.GetPublicAsync(jwksUri(), Limits.KeySetBytes, cancellation).ConfigureAwait(false);
        if (!answer.IsSuccess) throw answer.Refusal("to give its keys");
        var keys = answer.Decode(ProtocolJson.Default.JsonWebKeySet).Keys ?? [];
        var understood = new List<JsonWebKey>();
        foreach (var key in keys)
        {
            if (Understand(key) is { } one) understood.Add(one);
        }

        var candidates = understood
            .Where(key => (_header.Kid is null || key.Kid == _header.Kid) && key.Use is null or "sig" && (key.Alg is null || key.Alg == _header.Alg))
            .Take(Limits.KeysTried);
        if (!candidates.Any(IsSignedWith)) throw Untrusted("none of the server's keys has signed it");
    }

    private bool IsSignedWith(JsonWebKey key)
    {
        try
        {
            return (_header.Alg, key.Kty) switch
            {
                ("RS256", "RSA") => IsSignedWithRsa(key),
                ("ES256", "EC") when key.Crv == "P-256" => IsSignedWithEllipticCurve(key),
                _ => false,
            };
        }
        catch (Exception unusable) when (unusable is CryptographicException or AuthException or ArgumentException)
        {
            // A key that makes no sense has signed nothing.
            return false;
        }
    }

    private static JsonWebKey? Understand(JsonElement key)
    {
        try
        {
            return key.Deserialize(ProtocolJson.Default.JsonWebKey);
        }
        catch (JsonException)
        {
            // RFC 7517 section 5: a key that is not understood is ignored.
            return null;
        }
    }

    private bool IsSignedWithRsa(JsonWebKey key)
    {
        const int ShortestKey = 2048, LongestKey = 16384; // RFC 7518 section 3.3, and a bound on the time it takes
        // The framework indexes into them unseen; and blanks, which decode to nothing, are no number either.
        if (Decode(key.N) is not { Length: > 0 } modulus || Decode(key.E) is not { Length: > 0 } exponent) return false;
        using var rsa = RSA.Create(new RSAParameters { Modulus = modulus, Exponent = exponent });
        return rsa.KeySize is >= ShortestKey and <= LongestKey
            && rsa.VerifyData(_signed, _signature, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
    }

    private bool IsSignedWithEllipticCurve(JsonWebKey key)
    {
        if (Decode(key.X) is not { Length: > 0 } x || Decode(key.Y) is not { Length: > 0 } y) return false;
        using var curve = ECDsa.Create(new ECParameters
        {
            Curve = ECCurve.NamedCurves.nistP256,
            Q = new ECPoint { X = x, Y = y },
        });
        return curve.VerifyData(_signed, _signature, HashAlgorithmName.SHA256, DSASignatureFormat.IeeeP1363FixedFieldConcatenation);
    }

    private static DateTimeOffset Moment(Seconds sinceEpoch) => DateTimeOffset.UnixEpoch + sinceEpoch.ToTimeSpan();

    private static byte[] Decode(string? base64Url)
    {
        try
        {
            return Base64Url.DecodeFromChars(base64Url);
        }
        catch (FormatException problem)
        {
            throw Untrusted("it is not base64url", problem);
        }
    }

    private static T Read<T>(byte[] json, JsonTypeInfo<T> type)
    {
        try
        {
            return JsonSerializer.Deserialize(json, type) ?? throw Untrusted("it holds null");
        }
        catch (JsonException problem)
        {
            throw Untrusted("it does not hold the JSON that belongs there", problem);
        }
    }

    private static Claims ReadAbout(byte[] json)
    {
        try
        {
            return Claims.Parse(json);
        }
        catch (JsonException problem)
        {
            throw Untrusted("it does not hold the claims that belong there", problem);
        }
    }

    private static AuthException Untrusted(string why, Exception? cause = null) =>
        new($"the server's ID token can't be believed: {why}", cause: cause);
}

/// <summary>The claims that say whether an ID token is meant for us (OpenID Connect Core section 2).</summary>
internal sealed record IdTokenClaims
{
    public string? Iss { get; init; }

    public string? Sub { get; init; }

    [JsonConverter(typeof(AudienceConverter))]
    public IReadOnlyList<string>? Aud { get; init; }

    public string? Azp { get; init; }

    public Seconds? Exp { get; init; }

    public Seconds? Nbf { get; init; }

    public string? Nonce { get; init; }
}

/// <summary>RFC 7519 section 4.1.3: one text, or an array of them.</summary>
internal sealed class AudienceConverter : JsonConverter<IReadOnlyList<string>>
{
    public override IReadOnlyList<string> Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType == JsonTokenType.String) return [reader.GetString()!];
        if (reader.TokenType != JsonTokenType.StartArray) throw new JsonException("not an audience");
        var audience = new List<string>();
        while (reader.Read() && reader.TokenType == JsonTokenType.String) audience.Add(reader.GetString()!);
        return reader.TokenType == JsonTokenType.EndArray ? audience : throw new JsonException("not an audience");
    }

    public override void Write(Utf8JsonWriter writer, IReadOnlyList<string> value, JsonSerializerOptions options) =>
        throw new NotSupportedException(); // Answers are only read.
}

/// <summary>RFC 7515 section 4.1.</summary>
internal sealed record JwsHeader
{
    public string? Alg { get; init; }

    public string? Kid { get; init; }

    public JsonElement Crit { get; init; }
}
