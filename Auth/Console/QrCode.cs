using System.Text;
using QRCoder;

namespace Datagen.Console;

/// <summary>An address for a phone's camera, in characters of two squares each.</summary>
internal static class QrCode
{
    // Not the palette's black and white, which a theme may have made grey.
    private const string BlackOnWhite = "\u001b[38;5;16;48;5;231m", AsBefore = "\u001b[0m";

    /// <summary>The lines with the quiet zone around it; null where they are wider than the terminal.</summary>
    /// <param name="address">What it says.</param>
    /// <param name="columns">The terminal's width.</param>
    /// <param name="colors">
    /// Whether the squares get colours, and so are right on any background. Without, the light ones are what is drawn, for light
    /// text on a dark background; most cameras read the negative too.
    /// </param>
    public static IReadOnlyList<string>? Lines(string address, int columns, bool colors)
    {
        using var code = QRCodeGenerator.GenerateQrCode(address, QRCodeGenerator.ECCLevel.L);
        var rows = code.ModuleMatrix; // with the quiet zone of four
        if (rows.Count > columns) return null;
        var lines = new List<string>();
        for (var row = 0; row < rows.Count; row += 2)
        {
            var line = new StringBuilder(colors ? BlackOnWhite : "");
            for (var column = 0; column < rows.Count; column++)
            {
                var upper = rows[row][column] == colors;
                var lower = row + 1 < rows.Count && rows[row + 1][column] == colors;
                line.Append((upper, lower) switch
                {
                    (true, true) => '█',
                    (true, false) => '▀',
                    (false, true) => '▄',
                    _ => ' ',
                });
            }

            lines.Add(line.Append(colors ? AsBefore : "").ToString());
        }

        return lines;
    }
}
