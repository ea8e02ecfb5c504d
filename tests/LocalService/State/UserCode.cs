using System.Security.Cryptography;

namespace LocalService.State;

/// <summary>
/// RFC 8628 6.1: easy to read and type, so no vowels (no words), none of 0 1 2 5 6 8 (no doubles of letters),
/// and case, dashes and spaces don't matter on entry. 24 characters, 8 of them: 36.7 bits.
/// </summary>
public static class UserCode
{
    private const string Alphabet = "BCDFGHJKLMNPQRSTVWXZ3479";
    private const int Length = 8;

    public static string New() => RandomNumberGenerator.GetString(Alphabet, Length);

    public static string Normalize(string entered) =>
        string.Concat(entered.Where(char.IsAsciiLetterOrDigit).Select(char.ToUpperInvariant));

    /// <summary>QXTR9PLN as QXTR-9PLN.</summary>
    public static string Display(string code)
    {
        return code.Length == Length ? $"{code[..4]}-{code[4..]}" : code;
    }
}
