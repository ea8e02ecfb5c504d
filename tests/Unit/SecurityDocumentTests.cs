using System.Globalization;
using System.Reflection;
using System.Text.RegularExpressions;
using Datagen.Auth;

namespace Unit;

/// <summary>SECURITY.md says nothing that is not so, as far as that can be looked up.</summary>
public sealed partial class SecurityDocumentTests
{
    private static readonly string s_document = File.ReadAllText(Repository.Path("SECURITY.md"));

    [Fact]
    public void Every_test_it_names_exists()
    {
        var sources = Directory.EnumerateFiles(Repository.Path("tests"), "*.cs", SearchOption.AllDirectories)
            .Where(file => !file.Contains("/obj/", StringComparison.Ordinal)).Select(File.ReadAllText).ToList();
        var named = Names().Matches(s_document).Select(name => (Class: name.Groups[1].Value, Method: name.Groups[2].Value)).Where(name => TypeOf(name.Class) is null).ToList();

        Assert.True(named.Count > 50, "the names are written in another way");
        Assert.All(named, name => Assert.Contains(sources, source =>
            Regex.IsMatch(source, $@"\bclass {name.Class}\b") && Regex.IsMatch(source, $@"^ +public [^\n]*\b{name.Method}\(", RegexOptions.Multiline)));
    }

    [Fact]
    public void Every_bound_it_names_is_the_codes()
    {
        var rows = Bounds().Matches(s_document);

        Assert.Equal(17, rows.Count);
        Assert.All(rows, row =>
        {
            var field = TypeOf(row.Groups[1].Value)!.GetField(row.Groups[2].Value, BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic);
            Assert.Equal(row.Groups[3].Value, Text(field!.GetValue(null)!));
        });
    }

    private static Type? TypeOf(string name) => typeof(Session).Assembly.GetTypes().FirstOrDefault(type => type.Name == name);

    private static string Text(object bound) => bound switch
    {
        TimeSpan time => string.Create(CultureInfo.InvariantCulture, $"{time.TotalSeconds} s"),
        >= 1 << 20 and int bytes => $"{bytes >> 20} MiB",
        >= 1 << 10 and int bytes => $"{bytes >> 10} KiB",
        _ => $"{bound}",
    };

    [GeneratedRegex(@"`([A-Z]\w+)\.(\w+)`")]
    private static partial Regex Names();

    [GeneratedRegex(@"^\| `(\w+)\.(\w+)` \| ([^|]+) \|", RegexOptions.Multiline)]
    private static partial Regex Bounds();
}
