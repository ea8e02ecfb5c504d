using System.Buffers.Binary;
using System.Buffers.Text;
using System.Security.Cryptography;
using LocalService.Hosting;

namespace LocalService.Protocol;

/// <summary>RFC 9449 8 and 9: one nonce for everybody and every address, which changes with time. The one before is still good.</summary>
public sealed class DPoPNonces(ServiceSettings settings, ServiceClock clock)
{
    public const string Header = "DPoP-Nonce";

    private readonly byte[] secret = RandomNumberGenerator.GetBytes(32);

    public string Current => Of(Step);

    private long Step => clock.GetUtcNow().Ticks / settings.DPoPNonceLifetime.Ticks;

    public bool IsGood(string? nonce) => nonce is not null && (nonce == Of(Step) || nonce == Of(Step - 1));

    private string Of(long step)
    {
        Span<byte> number = stackalloc byte[sizeof(long)];
        BinaryPrimitives.WriteInt64BigEndian(number, step);
        return Base64Url.EncodeToString(HMACSHA256.HashData(secret, number).AsSpan(0, 18));
    }
}
