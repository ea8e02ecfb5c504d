using System.Diagnostics;
using System.Text.Json.Nodes;

namespace Interop.World;

/// <summary>What package-lock.json names, in node_modules.</summary>
internal static class Packages
{
    public static async Task InstallAsync()
    {
        if (Named().All(name => Installed(name) is not null)) return;
        using var npm = Process.Start(new ProcessStartInfo("npm", ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--silent"])
        {
            WorkingDirectory = Server.Folder,
        })!;
        await npm.WaitForExitAsync();
        Assert.True(npm.ExitCode == 0, "npm ci failed: these tests need Node.js, and the npm registry once");
    }

    /// <summary>The version that is there, if it is the one of package.json.</summary>
    public static string? Installed(string name)
    {
        var manifest = Path.Combine(Server.Folder, "node_modules", name, "package.json");
        if (!File.Exists(manifest)) return null;
        var version = (string)Read(manifest)["version"]!;
        return version == (string?)Read(Path.Combine(Server.Folder, "package.json"))["dependencies"]![name] ? version : null;
    }

    private static IEnumerable<string> Named() =>
        Read(Path.Combine(Server.Folder, "package.json"))["dependencies"]!.AsObject().Select(dependency => dependency.Key);

    private static JsonNode Read(string path) => JsonNode.Parse(File.ReadAllText(path))!;
}
