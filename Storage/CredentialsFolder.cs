using Datagen.Auth;
using Datagen.Host;

namespace Datagen.Storage;

/// <summary>The folder of a credentials file.</summary>
/// <param name="path">Where it is.</param>
/// <param name="isOwned">Whether it goes with the credential, as a profile's does.</param>
internal sealed class CredentialsFolder(string path, bool isOwned)
{
    public string Path => path;

    public bool IsOwned => isOwned;

    public string this[string name] => System.IO.Path.Combine(path, name);

    /// <summary>In a folder that people share, the folder of all profiles could be another user's, or their link.</summary>
    /// <exception cref="CredentialsFileException">It is.</exception>
    public void RequireMine()
    {
        if (!isOwned) return;
        string[] names = [System.IO.Path.GetDirectoryName(path)!, path];
        if (Array.Find(names, name => !FileFacts.IsNameMine(name)) is { } others)
            throw PrivateFile.OfAnotherUser(others, CredentialsFileProblem.Unreadable);
    }

    /// <summary>Makes it with mode 0700 where it is missing, and narrows it to that where nothing but our files is in it.</summary>
    /// <exception cref="CredentialsFileException">It can't be made.</exception>
    public void Create()
    {
        try
        {
            RequireMine();
            if (!Directory.Exists(path)) FileCalls.MakeFolders(path);
            var mode = File.GetUnixFileMode(path);
            if ((mode & ~FileCalls.OwnerFolder) != 0 && HoldsOnlyOurFiles()) FileCalls.TrySetMode(path, FileCalls.OwnerFolder);
        }
        catch (SystemCallException problem)
        {
            throw new CredentialsFileException(CredentialsFileProblem.Unwritable, problem.Message, problem);
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            throw new CredentialsFileException(
                CredentialsFileProblem.Unwritable, $"can't create the folder {path}: {SystemCallException.ReasonOf(problem)}", problem);
        }
    }

    /// <summary>Deletes an owned folder that holds nothing but the lock, which the caller has. Best effort: an empty folder is no credential.</summary>
    public void DeleteIfEmpty(string lockPath)
    {
        if (!isOwned) return;
        try
        {
            if (Directory.EnumerateFileSystemEntries(path).Any(entry => entry != lockPath)) return;
            FileCalls.Delete(lockPath);
            Directory.Delete(path);
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            return;
        }
    }

    // A folder named by a person may be one they share.
    private bool HoldsOnlyOurFiles() =>
        Directory.EnumerateFileSystemEntries(path).Select(System.IO.Path.GetFileName).All(name =>
            name!.StartsWith("credentials.", StringComparison.Ordinal) || name.StartsWith("login.", StringComparison.Ordinal)
            || name.StartsWith(ActiveProfile.FileName, StringComparison.Ordinal) || name == ActiveProfile.FolderName);
}
