using System.Reflection;

namespace WholeProgram.World;

/// <summary>What publish.sh made.</summary>
public static class Executable
{
    public static string Path(string name)
    {
        var path = System.IO.Path.GetFullPath(System.IO.Path.Combine(BuildValue("Dist"), name));
        Assert.True(File.Exists(path), $"{path} is missing: run ./publish.sh first");
        return path;
    }

    /// <summary>A value that the project file put into this assembly.</summary>
    public static string BuildValue(string key) =>
        typeof(Executable).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(attribute => attribute.Key == key).Value!;
}
