namespace Tests.World;

/// <summary>Inputs with their right values, one a line, in a file beside the tests.</summary>
public static class Table
{
    /// <param name="file">As in <c>Unit/Protocol/no-proxy.tsv</c>.</param>
    public static IEnumerable<string[]> Rows(string file) => File.ReadLines(Repository.Path($"tests/{file}")).Select(line => line.Split('\t'));
}
