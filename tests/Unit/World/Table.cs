using System.Reflection;

namespace Unit.World;

/// <summary>Inputs with their right values, one a line, in a file beside the tests.</summary>
internal static class Table
{
    private static readonly string s_root = typeof(Table).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(one => one.Key == "Root").Value!;

    public static IEnumerable<string[]> Rows(string file) => File.ReadLines(Path.Combine(s_root, "tests/Unit", file)).Select(line => line.Split('\t'));
}
