using System.Globalization;
using Datagen.Auth;

namespace Datagen.Console;

/// <summary>A duration as people type it: <c>90s</c>, <c>20m</c> or <c>1h</c>.</summary>
internal static class Duration
{
    /// <exception cref="UsageException">It is none.</exception>
    public static TimeSpan Parse(string text, string option)
    {
        var seconds = text is [.., var unit] ? unit switch { 's' => 1, 'm' => 60, 'h' => 3600, _ => 0 } : 0;
        // Six digits of hours are a century: enough, and safe to add to a date.
        return seconds != 0
            && text.Length is > 1 and <= 7
            && int.TryParse(text.AsSpan(0, text.Length - 1), NumberStyles.None, CultureInfo.InvariantCulture, out var number)
                ? TimeSpan.FromSeconds((double)number * seconds)
                : throw new UsageException($"{Printable.Text(text)} is not a duration", $"{option} takes 90s, 20m or 1h");
    }
}
