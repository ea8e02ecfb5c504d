using System.Text.Json;
using Datagen.Auth;
using Datagen.Host;

namespace Datagen.Storage;

/// <summary>What writers left beside a file when they were killed before the rename. To be touched by the process that has the lock alone.</summary>
internal static class Leftovers
{
    /// <summary>
    /// Puts a whole credential in its place after all, since its refresh token may be the only one that is still good; the others are deleted.
    /// </summary>
    public static void TakeUp(string target)
    {
        var leftovers = Of(target);
        if (leftovers.Length == 0) return;
        try
        {
            if (Array.Find(Array.ConvertAll(leftovers, Read), credential => credential is not null) is { } successor)
            {
                using var temporary = new TemporaryFile(target);
                temporary.Fill(successor.ToUtf8());
                temporary.ReplaceTarget();
            }

            foreach (var leftover in leftovers) Disk.Delete(leftover);
        }
        catch (CredentialsFileException)
        {
            return; // A folder that can't be written: the write that follows will say so, and these stay until then.
        }
    }

    public static bool Exist(string target) => Of(target).Length > 0;

    public static void Delete(string target)
    {
        foreach (var leftover in Of(target)) Disk.Delete(leftover);
    }

    private static Credential? Read(string path)
    {
        try
        {
            // Behind what was written there may be some of the room that was reserved.
            var content = PrivateFile.Read(path, CredentialsFile.MaximumBytes, CredentialsFileProblem.Damaged).AsSpan().TrimEnd((byte)0);
            return Credential.Parse(content);
        }
        catch (Exception problem) when (problem is JsonException or CredentialsFileException)
        {
            return null; // Its writer did not come to the end.
        }
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
