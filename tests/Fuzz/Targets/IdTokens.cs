using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Datagen.Auth;
using Datagen.Console;
using Datagen.Protocol;

namespace Fuzz.Targets;

/// <summary>What is believed was signed by the one key, to the letter; everything else is refused in our words.</summary>
internal static class IdTokens
{
    private static readonly DateTimeOffset s_now = new(2026, 4, 23, 15, 0, 0, TimeSpan.Zero);
    private static readonly RSA s_rsa = RSA.Create(2048);
    private static readonly ECDsa s_curve = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private static readonly string s_payload = $$"""{"iss":"https://id.example","sub":"u-1","aud":"genlabz-cli","exp":{{s_now.AddHours(1).ToUnixTimeSeconds()}},"iat":1,"nonce":"n-1","email":"you@example.com","groups":["authors"]}""";
    private static readonly string s_keys = KeySet();
    private static readonly string[] s_tokens = [Sign("RS256", "\"kid\":\"r\","), Sign("ES256", "\"kid\":\"e\","), Sign("RS256", ""), Sign("ES256", "")];

    private static readonly string[] s_words =
    [
        "alg", "none", "None", "RS256", "ES256", "HS256", "RS384", "kid", "crit", "b64", "typ", "jwk", "jku", "x5c", "zip", "iss", "sub", "aud", "azp", "exp", "nbf", "nonce", "genlabz-cli", "https://id.example",
        "kty", "RSA", "EC", "oct", "P-256", "P-384", "use", "sig", "enc", "keys", "AQAB", "AQ", "AA", "=", "==", ".", "..", " ", "eyJhbGciOiJub25lIn0", "e30", "\u212a",
    ];

    /// <summary>The compact form itself.</summary>
    public static Target Compact { get; } = Target.OfText("id token", 4000, [.. s_tokens, "a.b.c", "eyJhbGciOiJub25lIn0.e30."], s_words, text =>
    {
        if (!IsBelieved(text, s_keys)) return;
        var parts = text.Split('.');
        if (!IsVerified(Base64Url.DecodeFromChars(parts[0]))) return;
        var known = s_tokens.Select(token => token.Split('.')).FirstOrDefault(token => token[0] == parts[0] && token[1] == parts[1]);
        PropertyException.Require(known is not null, "a text that nobody signed is believed");
        PropertyException.Require(Base64Url.DecodeFromChars(parts[2]).AsSpan().SequenceEqual(Base64Url.DecodeFromChars(known![2])), "another signature is believed");
    });

    /// <summary>A header and a payload that the key did sign: what it says then counts, and must fit.</summary>
    public static Target Payload { get; } = Target.OfText("id token claims", 3000, [.. new[] { s_payload, s_payload.Replace("\"genlabz-cli\"", "[\"genlabz-cli\",\"other\"],\"azp\":\"genlabz-cli\"", StringComparison.Ordinal) }.Select(payload => $$"""{"alg":"ES256","kid":"e"}~{{payload}}""")], s_words, text =>
    {
        var parts = text.Split('~', 2);
        if (parts.Length < 2) return;
        var signed = $"{Encode(parts[0])}.{Encode(parts[1])}";
        var token = $"{signed}.{Base64Url.EncodeToString(s_curve.SignData(Encoding.ASCII.GetBytes(signed), HashAlgorithmName.SHA256))}";
        if (!IsBelieved(token, s_keys)) return;

        // As the framework reads it.
        using var header = JsonDocument.Parse(parts[0]);
        using var payload = JsonDocument.Parse(parts[1]);
        var claims = payload.RootElement;
        PropertyException.Require((!IsVerified(Encoding.UTF8.GetBytes(parts[0])) || header.RootElement.GetProperty("alg").GetString() == "ES256") && !header.RootElement.TryGetProperty("crit", out _), "a header that is not known here is believed");
        PropertyException.Require(claims.GetProperty("iss").GetString() == "https://id.example", "another issuer is believed");
        PropertyException.Require(claims.GetProperty("nonce").GetString() == "n-1", "another sign-in's token is believed");
        PropertyException.Require(claims.GetProperty("sub").GetString() is { Length: > 0 }, "nobody's token is believed");
        var audience = claims.GetProperty("aud");
        var all = audience.ValueKind == JsonValueKind.Array ? audience.EnumerateArray().Select(one => one.GetString()).ToArray() : [audience.GetString()];
        PropertyException.Require(all.Contains("genlabz-cli"), "another client's token is believed");
        PropertyException.Require(claims.TryGetProperty("azp", out var azp) && azp.ValueKind != JsonValueKind.Null ? azp.GetString() == "genlabz-cli" : all.Length == 1, "a token that another client got is believed");
        var end = claims.GetProperty("exp");
        var seconds = end.ValueKind == JsonValueKind.Number ? end.GetDouble() : double.Parse(end.GetString()!, System.Globalization.CultureInfo.InvariantCulture);
        PropertyException.Require(seconds > s_now.AddMinutes(-5).ToUnixTimeSeconds(), "a token that has expired is believed");
    });

    /// <summary>The key set that a server shows: only with the right key in it is the token believed.</summary>
    public static Target Keys { get; } = Target.OfText("key set", 1500, [s_keys, """{"keys":[]}""", """{"keys":[{"kty":"oct","k":"AAAA","alg":"RS256","kid":"r"},{"kty":"RSA","n":"AQAB","e":"AQAB"}]}"""], s_words, text =>
    {
        // One of the two, as a signature takes a while.
        var (token, wanted) = text.Length % 2 == 0 ? (s_tokens[0], s_rsa.ExportParameters(false).Modulus!) : (s_tokens[3], s_curve.ExportParameters(false).Q.X!);
        if (IsBelieved(token, text))
        {
            using var document = JsonDocument.Parse(text);
            PropertyException.Require(document.RootElement.GetProperty("keys").EnumerateArray().Any(key => Holds(key, wanted)), "a key that is not there has signed it");
        }
    });

    // Other asymmetric algorithms are left to TLS; none and shared secrets are never believed.
    private static bool IsVerified(ReadOnlySpan<byte> header)
    {
        using var document = JsonDocument.Parse(header.ToArray());
        var algorithm = document.RootElement.GetProperty("alg").GetString()!;
        PropertyException.Require(algorithm[..2] is "RS" or "PS" or "ES" or "Ed", $"{algorithm} is believed");
        return algorithm is "RS256" or "ES256";
    }

    private static bool Holds(JsonElement key, byte[] wanted) =>
        key.ValueKind == JsonValueKind.Object
        && key.EnumerateObject().Any(member => member.Value.ValueKind == JsonValueKind.String && Bytes(member.Value).AsSpan().TrimStart((byte)0).SequenceEqual(wanted));

    private static byte[] Bytes(JsonElement text)
    {
        try
        {
            return Base64Url.DecodeFromChars(text.GetString());
        }
        catch (Exception other) when (other is FormatException or InvalidOperationException)
        {
            return [];
        }
    }

    private static bool IsBelieved(string compact, string keys)
    {
        try
        {
            var token = IdToken.Parse(compact);
            token.RequireClaims("https://id.example", "genlabz-cli", "n-1", s_now);
            var believed = StubServer.Ask(Encoding.UTF8.GetBytes("200\n" + keys), async service =>
            {
                await token.RequireSignatureAsync(service, () => StubServer.Issuer, CancellationToken.None);
                return token;
            });
            return believed is not null;
        }
        catch (AuthException failure)
        {
            Spoken.Failure(failure);
            return false;
        }
    }

    private static string Encode(string text) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(text));

    private static string Sign(string algorithm, string more)
    {
        var signed = $"{Encode($$"""{{{more}}"alg":"{{algorithm}}"}""")}.{Encode(s_payload)}";
        var bytes = Encoding.ASCII.GetBytes(signed);
        var signature = algorithm == "RS256" ? s_rsa.SignData(bytes, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1) : s_curve.SignData(bytes, HashAlgorithmName.SHA256);
        return $"{signed}.{Base64Url.EncodeToString(signature)}";
    }

    private static string KeySet()
    {
        var rsa = s_rsa.ExportParameters(false);
        var point = s_curve.ExportParameters(false).Q;
        return $$"""{"keys":[{"kty":"RSA","kid":"r","use":"sig","alg":"RS256","n":"{{Base64Url.EncodeToString(rsa.Modulus)}}","e":"{{Base64Url.EncodeToString(rsa.Exponent)}}"},{"kty":"EC","kid":"e","crv":"P-256","x":"{{Base64Url.EncodeToString(point.X)}}","y":"{{Base64Url.EncodeToString(point.Y)}}"}]}""";
    }
}
