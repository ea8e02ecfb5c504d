using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace Datagen.Protocol;

/// <summary>Proof Key for Code Exchange (RFC 7636), S256 alone, and the other one-time values of a sign-in.</summary>
internal static class Pkce
{
    /// <summary>32 random bytes in base64url: the 43 characters that RFC 7636 section 4.1 recommends.</summary>
    public static string NewRandomValue() => Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32));

    public static string Challenge(string codeVerifier) =>
        Base64Url.EncodeToString(SHA256.HashData(Encoding.ASCII.GetBytes(codeVerifier)));

    /// <summary>Takes as long whatever the first difference, so that nobody can feel their way to the value.</summary>
    public static bool IsSame(string expected, string? given) =>
        given is not null && CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(expected), Encoding.UTF8.GetBytes(given));
}
