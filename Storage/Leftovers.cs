using Datagen.Auth;
using Datagen.Host;

namespace Datagen.Storage;

/// <summary>What writers left beside a file when they could not rename it, or were killed before. For the process alone that has the lock.</summary>
internal static class Leftovers
{
    /// <summary>
    /// Puts the newest whole credential in its place after all, if it is newer than the one there: its refresh token may be the only one
    /// that is still good. All are deleted then.
    /// </summary>
    /// <returns>The credential that belongs in the place where it could not be put there.</returns>
    public static Credential? TakeUp(string target)
    {
        var leftovers = Of(target);
        if (leftovers.Length == 0) return null;
        var successor = Newest(leftovers, CredentialsPlace.Content(target));
        try
        {
            if (successor is not null)
            {
                using var temporary = new TemporaryFile(target);
                temporary.Fill(successor.ToUtf8());
                temporary.ReplaceTarget();
            }

            foreach (var leftover in leftovers) Disk.Delete(leftover);
            return null;
        }
        catch (CredentialsFileException)
        {
            return successor; // A write that follows will say why not; until one succeeds these stay.
        }
    }

    public static bool Exist(string target) => Of(target).Length > 0;

    public static void Delete(string target)
    {
        foreach (var leftover in Of(target)) Disk.Delete(leftover);
    }

    private static Credential? Newest(string[] leftovers, CredentialsContent? current)
    {
        var newest = current is { Credential: not null } ? current : null;
        foreach (var leftover in leftovers)
        {
            if (CredentialsPlace.Content(leftover) is { Credential: not null } content && (newest is null || content.IsAsNewAs(newest))) newest = content;
        }

        return newest == current ? null : newest?.Credential;
    }

    private static string[] Of(string target)
    {
        // The default way to match takes a question mark at the end for nothing as well.
        var exactly = new EnumerationOptions { MatchType = MatchType.Simple, AttributesToSkip = FileAttributes.Directory };
        try
        {
            var found = Directory.GetFiles(
                Path.GetDirectoryName(target)!, Path.GetFileName(target) + FileCalls.TemporaryMark + "??????", exactly);
            return Array.FindAll(found, FileFacts.IsNameMine); // In a shared folder anybody can make such a name.
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            return []; // It can't be listed, or is not there yet.
        }
    }
}
