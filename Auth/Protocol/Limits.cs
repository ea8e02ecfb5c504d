namespace Datagen.Protocol;

/// <summary>How much of a server's time, bytes and work this program takes before it gives up. SECURITY.md repeats them, and a test compares.</summary>
internal static class Limits
{
    /// <summary>One request, from the look-up of the name to the last byte of the body.</summary>
    public static readonly TimeSpan RequestTime = TimeSpan.FromSeconds(30);

    /// <summary>How long a server may ask to be left alone (<c>Retry-After</c>).</summary>
    public static readonly TimeSpan LongestRetryAfter = TimeSpan.FromDays(1);

    /// <summary>Of that, until a proxy has made its connection.</summary>
    public static readonly TimeSpan ProxyTime = TimeSpan.FromSeconds(20);

    /// <summary>An answer's headers, a proxy's included.</summary>
    public const int HeaderBytes = 64 << 10;

    /// <summary>An answer's body, unless another bound is named here.</summary>
    public const int AnswerBytes = 1 << 20;

    /// <summary>UserInfo's body: 100,000 organizations of 80 bytes each are 8 MB.</summary>
    public const int UserInfoBytes = 64 << 20;

    /// <summary>A key set's body: 10,000 keys of 400 bytes each are 4 MB.</summary>
    public const int KeySetBytes = 8 << 20;

    /// <summary>The keys of a set that are tried for one signature.</summary>
    public const int KeysTried = 16;

    /// <summary>An ID token's characters.</summary>
    public const int IdTokenLength = 256 << 10;

    /// <summary>An address's characters.</summary>
    public const int AddressLength = 2048;
}
