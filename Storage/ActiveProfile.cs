using System.Text;
using Datagen.Auth;

namespace Datagen.Storage;

/// <summary>The one line beside credentials.json that names the profile in use; no file for the default one.</summary>
internal sealed class ActiveProfile(string folder)
{
    public const string FileName = "active_profile";

    /// <summary>Where the profiles' own folders are.</summary>
    public const string FolderName = "profiles";

    private const int MaximumBytes = 1 << 10;

    public string Path { get; } = System.IO.Path.Combine(folder, FileName);

    /// <summary>The line as it is, or null where there is no file.</summary>
    /// <exception cref="CredentialsFileException">There is one, but it can't be read or is not what it should be.</exception>
    public string? Read()
    {
        try
        {
            return PrivateFile.Read(Path, MaximumBytes, CredentialsFileProblem.Unreadable) is { } line ? Encoding.UTF8.GetString(line).Trim() : null;
        }
        catch (CredentialsFileException) when (!Directory.Exists(folder))
        {
            return null; // A command that needs the folder will say what is in its place.
        }
    }

    /// <summary>To be called with the lock of the folder's credentials.</summary>
    public void Write(string profile)
    {
        using var temporary = new TemporaryFile(Path);
        temporary.Fill(Encoding.UTF8.GetBytes(profile + '\n'));
        temporary.ReplaceTarget();
    }

    public void Delete()
    {
        if (Disk.Delete(Path)) Disk.FlushFolder(folder);
    }
}
