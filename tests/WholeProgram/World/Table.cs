namespace WholeProgram.World;

/// <summary>Inputs with their right values, one a line, in a file beside the tests.</summary>
public static class Table
{
    public static IEnumerable<string[]> Rows(string file) =>
        File.ReadLines(Path.Combine(AppContext.BaseDirectory, file)).Select(line => line.Split('\t'));
}
