using System.Globalization;
using System.Text;
using Datagen.Auth;

namespace Datagen.Protocol;

/// <summary>The tokens, codes and other secrets of a session, and how to take them out of what a server says, in whatever encoding it repeats them.</summary>
/// <remarks>
/// The text is searched decoded, not the secret encoded: percent-encoding, HTML entities, JSON's escapes, in each other too, and
/// characters that are left out when it is shown. Base64 is searched for as what it makes of the secret at each of three offsets.
/// </remarks>
internal sealed class KnownSecrets
{
    private const int ShortestSecret = 6;
    private const int Most = 64; // A long-lived process gets new ones; the last ones are those that count.
    private const int DeepestEncoding = 3;
    private const string Mark = "[redacted]";

    private readonly Lock _lock = new();
    private readonly List<string> _secrets = [];

    public void Keep(params ReadOnlySpan<string?> secrets)
    {
        lock (_lock)
        {
            foreach (var secret in secrets)
            {
                if (secret is not { Length: >= ShortestSecret }) continue;
                _secrets.Remove(secret);
                _secrets.Add(secret);
            }

            if (_secrets.Count > Most) _secrets.RemoveRange(0, _secrets.Count - Most);
        }
    }

    /// <summary>The text without any secret.</summary>
    public string? Redact(string? text)
    {
        if (string.IsNullOrEmpty(text)) return text;
        string[] secrets;
        lock (_lock) secrets = [.. _secrets];
        if (secrets.Length == 0) return text;

        var units = Units(text);
        for (var depth = 0; ; depth++)
        {
            foreach (var secret in secrets)
            {
                foreach (var form in FormsOf(secret)) Cover(text, units, form);
            }

            if (depth == DeepestEncoding || !TryDecode(ref units)) break;
        }

        return Shown(text, units);
    }

    // Each character with the part of the text that it stands for; what is not shown is left out, or it would hide a secret from the search.
    private static List<Unit> Units(string text)
    {
        var units = new List<Unit>(text.Length);
        for (var i = 0; i < text.Length;)
        {
            var length = Rune.TryGetRuneAt(text, i, out var rune) ? rune.Utf16SequenceLength : 1;
            if (Printable.IsShown(rune)) units.Add(new Unit(length == 1 ? text[i] : '\uFFFD', i, length));
            i += length;
        }

        return units;
    }

    private static void Cover(string text, List<Unit> units, string form)
    {
        for (var start = 0; start + form.Length <= units.Count; start++)
        {
            var length = 0;
            while (length < form.Length && Matches(units[start + length].Character, form[length])) length++;
            if (length < form.Length) continue;
            for (var i = start; i < start + length; i++) units[i] = units[i] with { IsSecret = true };
        }
    }

    // Without case, as some servers fold it; a form writes a blank as a plus sign.
    private static bool Matches(char shown, char secret) =>
        char.ToUpperInvariant(shown) == char.ToUpperInvariant(secret) || (shown == '+' && secret == ' ');

    private static IEnumerable<string> FormsOf(string secret)
    {
        yield return secret;
        var bytes = Encoding.UTF8.GetBytes(secret);
        for (var offset = 0; offset < 3; offset++)
        {
            // What depends on the bytes around it is left out.
            var encoded = Convert.ToBase64String([.. new byte[offset], .. bytes]);
            var first = offset switch { 0 => 0, 1 => 2, _ => 3 };
            var core = encoded[first..((bytes.Length + offset) * 8 / 6)];
            if (core.Length < ShortestSecret) continue;
            yield return core;
            if (core.AsSpan().ContainsAny('+', '/')) yield return core.Replace('+', '-').Replace('/', '_');
        }
    }

    /// <summary>The same with one layer of encoding taken off; false where there is none.</summary>
    private static bool TryDecode(ref List<Unit> units)
    {
        var decoded = new List<Unit>(units.Count);
        var changed = false;
        for (var i = 0; i < units.Count;)
        {
            var (character, length) = Decoded(units, i);
            changed |= length > 1;
            var last = units[i + length - 1];
            var isSecret = false;
            for (var j = i; j < i + length; j++) isSecret |= units[j].IsSecret;
            decoded.Add(new Unit(character, units[i].Start, last.Start + last.Length - units[i].Start, isSecret));
            i += length;
        }

        units = decoded;
        return changed;
    }

    private static (char Character, int Length) Decoded(List<Unit> units, int at)
    {
        const int LongestEntity = 10;
        switch (units[at].Character)
        {
            case '%' when Hex(units, at + 1, 2) is { } value: // RFC 3986 section 2.1
                return ((char)value, 3);
            case '\\' when at + 1 < units.Count && units[at + 1].Character is '/' or '"' or '\\': // RFC 8259 section 7
                return (units[at + 1].Character, 2);
            case '\\' when at + 1 < units.Count && units[at + 1].Character is 'u' && Hex(units, at + 2, 4) is { } value:
                return ((char)value, 6);
            case '&':
                var name = new StringBuilder();
                for (var i = at + 1; i < units.Count && i - at <= LongestEntity; i++)
                {
                    if (units[i].Character == ';') return Entity(name.ToString()) is { } meant ? (meant, i - at + 1) : ('&', 1);
                    name.Append(units[i].Character);
                }

                return ('&', 1);
            default:
                return (units[at].Character, 1);
        }
    }

    private static char? Entity(string name) => name switch
    {
        "amp" => '&',
        "lt" => '<',
        "gt" => '>',
        "quot" => '"',
        "apos" => '\'',
        "sol" => '/',
        "plus" => '+',
        "equals" => '=',
        "period" => '.',
        "lowbar" => '_',
        "hyphen" or "dash" => '-',
        ['#', 'x' or 'X', .. var hex] when ushort.TryParse(hex, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var value) => (char)value,
        ['#', .. var number] when ushort.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var value) => (char)value,
        _ => null,
    };

    private static int? Hex(List<Unit> units, int at, int digits)
    {
        if (at + digits > units.Count) return null;
        var value = 0;
        for (var i = at; i < at + digits; i++)
        {
            if (!char.IsAsciiHexDigit(units[i].Character)) return null;
            value = (value << 4) | Convert.ToInt32(units[i].Character.ToString(), 16);
        }

        return value;
    }

    private static string Shown(string text, List<Unit> units)
    {
        StringBuilder? shown = null;
        var kept = 0;
        for (var i = 0; i < units.Count; i++)
        {
            if (!units[i].IsSecret) continue;
            shown ??= new StringBuilder(text.Length);
            shown.Append(text, kept, units[i].Start - kept).Append(Mark);
            while (i + 1 < units.Count && units[i + 1].IsSecret) i++;
            kept = units[i].Start + units[i].Length;
        }

        return shown is null ? text : shown.Append(text, kept, text.Length - kept).ToString();
    }

    private readonly record struct Unit(char Character, int Start, int Length, bool IsSecret = false);
}
