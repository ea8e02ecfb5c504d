using System.Reflection;

namespace Tests.World;

/// <summary>Where things are, as the build has told this assembly.</summary>
public static class Repository
{
    public static string Root { get; } = BuildValue(nameof(Root));

    /// <summary>What publish.sh made, or what <c>-p:Dist=…</c> names.</summary>
    public static string Dist { get; } = BuildValue(nameof(Dist));

    /// <summary>A file of the repository, as in <c>tests/Interop/provider.mjs</c>.</summary>
    public static string Path(string name) => System.IO.Path.Combine(Root, name);

    private static string BuildValue(string key) =>
        typeof(Repository).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(attribute => attribute.Key == key).Value!;
}
