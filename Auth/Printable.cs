using System.Globalization;
using System.Text;

namespace Datagen.Auth;

/// <summary>Foreign text made safe to show: on one line, of bounded length, without what moves a cursor or turns the direction of writing.</summary>
internal static class Printable
{
    private const int MaximumLength = 400;

    public static string Text(string? foreign)
    {
        if (string.IsNullOrEmpty(foreign)) return "";
        if (foreign.Length <= MaximumLength && !foreign.AsSpan().ContainsAnyExceptInRange(' ', '~')) return foreign;
        var shown = new StringBuilder(Math.Min(foreign.Length, MaximumLength));
        foreach (var rune in foreign.EnumerateRunes())
        {
            if (shown.Length >= MaximumLength) return shown.Append('…').ToString();
            // A lone surrogate arrives here as the replacement character.
            if (IsShown(rune)) shown.Append(rune.ToString());
        }

        return shown.ToString();
    }

    /// <summary>JSON that means the same, with the characters escaped that the framework leaves and a terminal acts on.</summary>
    public static string Json(string json)
    {
        if (Ascii.IsValid(json)) return json;
        var shown = new StringBuilder(json.Length + 64);
        foreach (var rune in json.EnumerateRunes())
        {
            if (rune.IsAscii || IsShown(rune)) shown.Append(rune.ToString());
            else foreach (var unit in rune.ToString()) shown.Append(CultureInfo.InvariantCulture, $"\\u{(int)unit:X4}");
        }

        return shown.ToString();
    }

    /// <summary>Whether a character is shown; the others are left out.</summary>
    public static bool IsShown(Rune rune) => Rune.GetUnicodeCategory(rune) is not (
        UnicodeCategory.Control or UnicodeCategory.Format
        or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator
        or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned);
}
