namespace Tests.World;

/// <summary>What publish.sh made.</summary>
public static class Executable
{
    public static string Path(string name)
    {
        var path = System.IO.Path.Combine(Repository.Dist, name);
        Assert.True(File.Exists(path), $"{path} is missing: run ./publish.sh first");
        return path;
    }
}
