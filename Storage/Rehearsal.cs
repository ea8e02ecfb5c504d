using Datagen.Auth;
using Datagen.Host;

namespace Datagen.Storage;

/// <summary>Finds out whether a file could be written by doing all that a write does, before a token is spent or anyone is asked to sign in.</summary>
/// <remarks>
/// A mounted or immutable file, a folder that files can only be added to, a full disk or one that can't be flushed, and whatever a security
/// module forbids: each shows at another call, and some only at the rename.
/// </remarks>
internal static class Rehearsal
{
    /// <param name="target">The file.</param>
    /// <param name="room">How long its next content may be, in bytes.</param>
    /// <param name="hasLock">Whether nobody else can write it now: then it is replaced by a copy of itself.</param>
    /// <exception cref="CredentialsFileException">It could not be written. Nothing has changed.</exception>
    public static void Write(string target, int room, bool hasLock)
    {
        Disk.Try(() => RequireFolder(Path.GetDirectoryName(target)!));
        // Where a file can't be deleted again, it is an empty one that stays.
        new TemporaryFile(target).Dispose();

        using var temporary = new TemporaryFile(target);
        temporary.Fill(new byte[room]);
        temporary.Flush(); // Some file systems say only then that they are full.
        // A link that would be replaced stays until there is something to replace it by.
        if (hasLock && FileFacts.OfName(target) is { IsRegular: true } && CredentialsPlace.Content(target) is { } current) temporary.ReplaceByCopy(current.Bytes, current.Mode);
        else temporary.ReplaceAnother();
    }

    private static void RequireFolder(string folder)
    {
        using var handle = FileCalls.OpenToRead(folder);
        if (handle is null) return;
        if (FileFacts.Of(handle, folder).IsAppendOnly) throw new SystemCallException("write", folder, Errno.NotPermitted, "files can only be added to it");
        FileCalls.Flush(handle, folder);
    }
}
