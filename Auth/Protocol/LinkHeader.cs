namespace Datagen.Protocol;

/// <summary>The <c>Link</c> header (RFC 8288 section 3), as far as paging needs it.</summary>
internal static class LinkHeader
{
    /// <summary>The target of the first link with the relation <c>next</c>; null if there is none, or nothing that can be read.</summary>
    public static string? Next(IEnumerable<string> headers)
    {
        foreach (var header in headers)
        {
            if (Next(header) is { } target) return target;
        }

        return null;
    }

    private static string? Next(ReadOnlySpan<char> rest)
    {
        while (true)
        {
            rest = rest.TrimStart(" \t,");
            var end = rest.IndexOf('>');
            if (rest.IsEmpty || rest[0] != '<' || end < 0) return null;
            var target = rest[1..end];
            rest = rest[(end + 1)..].TrimStart();
            var isNext = false;
            var hasRelation = false;
            while (rest is [';', ..])
            {
                var (name, value) = Parameter(ref rest);
                // Section 3.3: the first one counts.
                if (hasRelation || !name.Equals("rel", StringComparison.OrdinalIgnoreCase)) continue;
                hasRelation = true;
                isNext = value.Split(' ', StringSplitOptions.RemoveEmptyEntries).Contains("next", StringComparer.OrdinalIgnoreCase);
            }

            if (isNext) return target.Trim().ToString();
            if (rest is not [',', ..]) return null;
        }
    }

    private static (string Name, string Value) Parameter(ref ReadOnlySpan<char> rest)
    {
        rest = rest[1..].TrimStart();
        var nameEnd = rest.IndexOfAny(";,=");
        var name = nameEnd < 0 ? rest : rest[..nameEnd];
        rest = rest[name.Length..];
        if (rest is not ['=', ..]) return (name.Trim().ToString(), "");
        rest = rest[1..].TrimStart();
        if (rest is not ['"', ..])
        {
            var valueEnd = rest.IndexOfAny(";,");
            var value = valueEnd < 0 ? rest : rest[..valueEnd];
            rest = rest[value.Length..];
            return (name.Trim().ToString(), value.Trim().ToString());
        }

        var text = new System.Text.StringBuilder();
        var i = 1;
        for (; i < rest.Length && rest[i] != '"'; i++)
        {
            if (rest[i] == '\\' && i + 1 < rest.Length) i++;
            text.Append(rest[i]);
        }

        rest = rest[Math.Min(i + 1, rest.Length)..].TrimStart();
        return (name.Trim().ToString(), text.ToString());
    }
}
