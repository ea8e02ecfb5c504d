using System.Text;

namespace Tests.World;

/// <summary>What a person sees of what was written to a terminal. It knows the controls this program may use, and no other.</summary>
public static class Screen
{
    private const string EraseToEndOfLine = "\u001b[K";

    public static string After(string written)
    {
        var lines = new List<StringBuilder> { new() };
        var column = 0;
        for (var i = 0; i < written.Length; i++)
        {
            var line = lines[^1];
            if (string.CompareOrdinal(written, i, EraseToEndOfLine, 0, EraseToEndOfLine.Length) == 0)
            {
                line.Length = Math.Min(line.Length, column);
                i += EraseToEndOfLine.Length - 1;
                continue;
            }

            switch (written[i])
            {
                case '\r':
                    column = 0;
                    break;
                case '\n':
                    lines.Add(new StringBuilder());
                    column = 0;
                    break;
                case < ' ' or '\u007f':
                    Assert.Fail($"control character {(int)written[i]:x2} in {Readable(written)}");
                    break;
                default:
                    if (column < line.Length) line[column] = written[i];
                    else line.Append(written[i]);
                    column++;
                    break;
            }
        }

        return string.Join('\n', lines);
    }

    private static string Readable(string written) => written.Replace("\u001b", "␛", StringComparison.Ordinal);
}
