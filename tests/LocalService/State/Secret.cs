using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace LocalService.State;

public static class Secret
{
    /// <returns>256 random bits, which RFC 6749 10.10 asks 128 of.</returns>
    public static string New() => Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32));

    public static string Hash(string secret) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(secret)));
}
