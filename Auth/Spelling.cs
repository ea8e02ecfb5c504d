namespace Datagen.Auth;

/// <summary>What somebody most likely meant to type.</summary>
internal static class Spelling
{
    /// <summary>The name that is least letters away, if that is not too many; never the very same.</summary>
    public static string? Nearest(string typed, IEnumerable<string> names)
    {
        string? nearest = null;
        var least = int.MaxValue;
        foreach (var name in names)
        {
            var distance = Distance(typed, name);
            if (distance == 0 || distance >= least || distance > Math.Max(1, name.TrimStart('-').Length / 2)) continue;
            nearest = name;
            least = distance;
        }

        return nearest;
    }

    // Levenshtein's, one row at a time.
    private static int Distance(string a, string b)
    {
        var row = new int[b.Length + 1];
        for (var j = 0; j < row.Length; j++) row[j] = j;
        for (var i = 1; i <= a.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= b.Length; j++)
            {
                var replaced = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.Min(Math.Min(row[j], row[j - 1]) + 1, replaced);
            }
        }

        return row[b.Length];
    }
}
