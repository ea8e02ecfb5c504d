using System.Net;
using System.Text;
using Datagen.Protocol;

namespace Unit.Protocol;

public sealed class KnownSecretsTests
{
    private const string Secret = "eyJ+a/b=c&d<e>\"f'g.h_i-j";

    private static string? Redact(string text)
    {
        var secrets = new KnownSecrets();
        secrets.Keep("another-one", Secret, null, "short");
        return secrets.Redact(text);
    }

    public static TheoryData<string> Forms => [
        Secret,
        Secret.ToUpperInvariant(),
        Uri.EscapeDataString(Secret),
        Uri.EscapeDataString(Secret).ToLowerInvariant(),
        Uri.EscapeDataString(Uri.EscapeDataString(Secret)),
        WebUtility.UrlEncode(Secret),
        WebUtility.HtmlEncode(Secret),
        WebUtility.HtmlEncode(Uri.EscapeDataString(Secret)),
        string.Concat(Secret.Select(c => $"%{(int)c:x2}")),
        string.Concat(Secret.Select(c => $"&#{(int)c};")),
        string.Concat(Secret.Select(c => $"&#x{(int)c:X};")),
        string.Concat(Secret.Select(c => $"\\u{(int)c:x4}")),
        string.Join('\u200b', Secret.ToCharArray()),
        string.Join("\u001b", Secret.ToCharArray()),
    ];

    [Theory]
    [MemberData(nameof(Forms))]
    public void A_secret_is_taken_out_in_whatever_encoding_it_comes_back(string form) =>
        Assert.Equal("before [redacted] after", Redact($"before {form} after"));

    [Theory]
    [InlineData("")]
    [InlineData("a")]
    [InlineData("my-client:")]
    [InlineData("xy")]
    public void So_it_is_in_Base64_beside_other_bytes(string before)
    {
        var bytes = Encoding.UTF8.GetBytes($"{before}{Secret}!");

        foreach (var form in new[] { Convert.ToBase64String(bytes), Convert.ToBase64String(bytes).Replace('+', '-').Replace('/', '_').TrimEnd('=') })
        {
            var shown = Redact($"before {form} after")!;

            Assert.Contains("[redacted]", shown, StringComparison.Ordinal);
            Assert.True(shown.Length <= "before [redacted] after".Length + (2 * before.Length) + 12, shown); // What is left are the bytes beside it.
        }
    }

    [Theory]
    [InlineData("a short text with % and & and \\ in it, 100%25, &amp; &nosuch; \\u12")]
    [InlineData("\U0001F600 é")]
    [InlineData("")]
    public void Other_text_stays_as_it_is(string text) => Assert.Equal(text, Redact(text));

    [Fact]
    public void Several_are_taken_out_and_what_is_between_them_stays() =>
        Assert.Equal("[redacted], [redacted] and [redacted]", Redact($"{Secret}, another-one and {Uri.EscapeDataString(Secret)}"));

    [Fact]
    public void The_last_ones_are_kept_of_many()
    {
        var secrets = new KnownSecrets();
        for (var i = 0; i < 1000; i++) secrets.Keep($"secret-{i:0000}");

        Assert.Equal("[redacted] secret-0001", secrets.Redact("secret-0999 secret-0001"));
    }

    [Fact]
    public void A_long_text_takes_no_time_to_speak_of()
    {
        var secrets = new KnownSecrets();
        for (var i = 0; i < 8; i++) secrets.Keep(new string((char)('a' + i), 4000));

        Assert.Equal(100_000, secrets.Redact(new string('x', 100_000))!.Length);
    }
}
