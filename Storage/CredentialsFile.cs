using System.Text.Json;
using Datagen.Auth;
using Datagen.Host;

namespace Datagen.Storage;

/// <summary>credentials.json in its folder: read by anyone at any moment, written only with the lock.</summary>
/// <remarks>
/// A write is a temporary file, flushed, renamed over the old one, and the folder flushed: a reader, or a crash, sees the
/// old file or the new one.
/// </remarks>
/// <param name="folder">Where it is.</param>
/// <param name="warn">Is told of permissions that were too wide.</param>
/// <param name="ownsFolder">Whether the folder goes with the credential.</param>
internal sealed class CredentialsFile(string folder, Action<string> warn, bool ownsFolder = false)
{
    public const string FileName = "credentials.json";
    public const int MaximumBytes = TemporaryFile.MaximumBytes;
    public static readonly TimeSpan LockPatience = TimeSpan.FromSeconds(30);
    private const int RoomToGrow = 64 << 10;

    private readonly CredentialsFolder _folder = new(folder, ownsFolder);

    public string Path { get; } = System.IO.Path.Combine(folder, FileName);

    /// <summary>Whether there is anything of that name, usable or not, or a leftover of a killed writer.</summary>
    public bool Exists =>
        new FileInfo(Path) is { Exists: true } or { LinkTarget: not null } || Directory.Exists(Path) || Leftovers.Exist(Path);

    /// <summary>The credential stored, or null where there is no file.</summary>
    /// <exception cref="CredentialsFileException">There is one, but it can't be read or is not what it should be.</exception>
    public Credential? Read()
    {
        using var file = PrivateFile.Open(Path, CredentialsFileProblem.Damaged);
        if (file is null) return null;
        if ((file.Facts.Mode & ~FileCalls.OwnerReadWrite) != 0)
            warn(file.Narrow()
                ? $"{Path} could be read by others; its permissions are now 0600"
                : $"{Path} can be read by others, and its permissions can't be narrowed");
        try
        {
            return Credential.Parse(file.ReadAll(MaximumBytes));
        }
        catch (JsonException problem)
        {
            throw Damaged("it is not a JSON object with an access_token and the types that belong there", problem);
        }
    }

    /// <summary>Takes the lock, waiting up to <see cref="LockPatience"/>; null if <paramref name="settled"/> says while it waits that it is no longer needed.</summary>
    /// <exception cref="CredentialsFileException">The folder can't be written, or another process kept the lock.</exception>
    public async Task<LockedCredentials?> LockAsync(TimeProvider clock, Func<bool>? settled, CancellationToken cancellation)
    {
        var held = await CredentialsLock.TakeAsync(_folder, LockPatience, clock, settled, cancellation).ConfigureAwait(false);
        if (held is null) return null;
        try
        {
            TakeUpLeftovers();
            return new LockedCredentials(this, held);
        }
        catch
        {
            held.Dispose();
            throw;
        }
    }

    /// <summary>Finds out, before anyone is asked to sign in, whether a credential could be stored.</summary>
    /// <exception cref="CredentialsFileException">It could not.</exception>
    public void RequireWritable()
    {
        using var held = CredentialsLock.TryTake(_folder);
        if (held is not null) TakeUpLeftovers();
        if (Directory.Exists(Path)) throw new CredentialsFileException(CredentialsFileProblem.Unreadable, $"{Path} can't be used: it is a folder");
        using var temporary = new TemporaryFile(Target());
        temporary.Fill(new byte[RoomToGrow]);
    }

    /// <summary>A temporary file beside the target, with room for any credential that could follow this one.</summary>
    internal TemporaryFile Prepare(Credential? like)
    {
        var temporary = new TemporaryFile(Target());
        if (like is null) return temporary;
        try
        {
            temporary.Fill(new byte[Math.Min(like.ToUtf8().Length + RoomToGrow, MaximumBytes)]);
            temporary.Flush(); // Some file systems say only then that they are full.
            return temporary;
        }
        catch
        {
            temporary.Dispose();
            throw;
        }
    }

    /// <summary>False where there was no file.</summary>
    internal bool Delete(CredentialsLock held)
    {
        // Where the file is a link, the secret is in what it points to.
        var target = FileFacts.IsNameMine(Path) ? Target() : Path;
        // These first: with the file gone, the next command would take one of them up.
        Leftovers.Delete(target);
        var deleted = Disk.Delete(target);
        if (target != Path) deleted |= Disk.Delete(Path);
        Disk.FlushFolder(folder);
        _folder.DeleteIfEmpty(held.Path);
        return deleted;
    }

    private void TakeUpLeftovers()
    {
        if (FileFacts.IsNameMine(Path)) Leftovers.TakeUp(Target()); // Of another user's link, the write that follows will tell.
    }

    // Where credentials.json is a link, the file behind it is replaced and the link stays.
    private string Target()
    {
        var name = new FileInfo(Path);
        if (name.LinkTarget is null) return Path;
        // In a shared folder somebody else's link would lead the token to them.
        if (!FileFacts.IsNameMine(Path)) throw Damaged("it is another user's link");
        try
        {
            return name.ResolveLinkTarget(returnFinalTarget: true)!.FullName;
        }
        catch (IOException)
        {
            return Path; // A link that leads back to itself.
        }
    }

    private CredentialsFileException Damaged(string what, Exception? cause = null) =>
        PrivateFile.Unfit(Path, CredentialsFileProblem.Damaged, what, cause);
}
