using Datagen.Auth;
using Datagen.Host;
using Datagen.Storage;

namespace Datagen.Sessions;

/// <summary>Several accounts beside each other: the default one is credentials.json itself, each other has a folder with its own below it.</summary>
internal static class Profiles
{
    public const string Default = "default";

    public const string NameRule = "a profile's name has at most 64 letters, digits, dots, underscores and hyphens, a letter or digit first";

    private const int LongestName = 64;

    // Never a path: it begins with neither a dot nor a slash, and holds no slash.
    public static bool IsName(string name) =>
        name.Length is > 0 and <= LongestName
        && char.IsAsciiLetterOrDigit(name[0])
        && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '-');

    /// <summary>The profile that was named, by an option, the environment or <c>auth switch</c>; null where none was.</summary>
    /// <exception cref="AuthException">What was named can't be one.</exception>
    /// <exception cref="CredentialsFileException">The file that names it can't be read.</exception>
    public static string? InForce(SessionOptions options, Product product)
    {
        if (options.Profile is { } named)
            return IsName(named)
                ? named
                : throw new AuthException($"{Printable.Text(named)} can't be a profile's name ({product.Variable("PROFILE")})", NameRule);
        if (options.Token is not null || options.Folder is not { } folder) return null;
        var chosen = new ActiveProfile(folder);
        var line = chosen.Read();
        return line is null || IsName(line)
            ? line
            : throw new AuthException($"{chosen.Path} does not hold the name of a profile", $"{product.Name} auth switch NAME writes it anew");
    }

    public static CredentialsFile FileOf(string folder, string profile, Action<string> warn) => profile == Default
        ? new CredentialsFile(folder, warn)
        : new CredentialsFile(Path.Combine(folder, ActiveProfile.FolderName, profile), warn, ownsFolder: true);

    /// <summary>The profiles that have a credential, usable or not: the default one first, then by name.</summary>
    public static IReadOnlyList<string> WithCredential(string folder)
    {
        var below = new DirectoryInfo(Path.Combine(folder, ActiveProfile.FolderName));
        try
        {
            var others = below.Exists ? below.EnumerateDirectories().Select(profile => profile.Name).Where(IsName).Where(name => name != Default) : [];
            return [.. others.Order(StringComparer.Ordinal).Prepend(Default).Where(name => FileOf(folder, name, _ => { }).Exists)];
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            throw new CredentialsFileException(
                CredentialsFileProblem.Unreadable, $"can't read the folder {below.FullName}: {SystemCallException.ReasonOf(problem)}", problem);
        }
    }

    /// <summary>Makes a profile the one in use where no option and no variable names another.</summary>
    public static async Task SwitchAsync(string folder, string profile, TimeProvider clock, CancellationToken cancellation)
    {
        using var held = await FileOf(folder, Default, _ => { }).LockAsync(clock, settled: null, cancellation).ConfigureAwait(false);
        var chosen = new ActiveProfile(folder);
        if (profile == Default) chosen.Delete();
        else chosen.Write(profile);
    }

    public static CredentialsFileException NoFolder() =>
        new(CredentialsFileProblem.Unwritable, "HOME is not set, so there is no place for credentials.json");
}
