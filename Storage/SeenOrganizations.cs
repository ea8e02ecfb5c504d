using System.Text;
using Datagen.Auth;
using Datagen.Host;

namespace Datagen.Storage;

/// <summary>The organizations that were listed last, a slug a line: what the shell offers. Losing them costs nothing, so no failure is told.</summary>
internal static class SeenOrganizations
{
    private const string FileName = "organizations";
    private const int Most = 1_000;
    private const int LongestSlug = 100;
    private const int MaximumBytes = Most * (LongestSlug + 1);

    /// <summary>The folder of what may be thrown away, or null where there is none.</summary>
    public static string? Folder(string name, string? profile, Func<string, string?> environment)
    {
        var folder = environment("XDG_CACHE_HOME") is { } cache && Path.IsPathRooted(cache) ? Path.Combine(cache, name)
            : environment("HOME") is { Length: > 0 } home ? Path.Combine(home, ".cache", name)
            : null;
        return folder is null || profile is null or "default" ? folder : Path.Combine(folder, ActiveProfile.FolderName, profile);
    }

    public static IReadOnlyList<string> Read(string folder)
    {
        try
        {
            var content = PrivateFile.Read(Path.Combine(folder, FileName), MaximumBytes, CredentialsFileProblem.Unreadable) ?? [];
            return [.. Encoding.UTF8.GetString(content).Split('\n').Take(Most).Where(IsSafe)];
        }
        catch (CredentialsFileException)
        {
            return [];
        }
    }

    public static void Write(string folder, IEnumerable<string> slugs)
    {
        var seen = slugs.Where(IsSafe).Take(Most).ToList();
        if (seen.SequenceEqual(Read(folder))) return;
        try
        {
            if (!Directory.Exists(folder)) FileCalls.MakeFolders(folder);
            using var file = new TemporaryFile(Path.Combine(folder, FileName));
            file.Fill(Encoding.UTF8.GetBytes(string.Join('\n', seen)));
            file.ReplaceTarget();
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException or CredentialsFileException)
        {
            return;
        }
    }

    public static void Delete(string folder)
    {
        try
        {
            File.Delete(Path.Combine(folder, FileName));
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            return;
        }
    }

    // A shell puts them on the command line as they are, and the server chose them.
    private static bool IsSafe(string slug) =>
        slug.Length is > 0 and <= LongestSlug && char.IsAsciiLetterOrDigit(slug[0]) && slug.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '-');
}
