using System.Text;
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

    private readonly byte[] _pathInUtf8 = Encoding.UTF8.GetBytes(System.IO.Path.Combine(folder, FileName) + '\0');
    private readonly CredentialsFolder _folder = new(folder, ownsFolder);

    public string Path { get; } = System.IO.Path.Combine(folder, FileName);

    /// <summary>Whether there is anything of that name, usable or not, or a leftover of a killed writer.</summary>
    /// <exception cref="CredentialsFileException">Its folder is another user's.</exception>
    public bool Exists
    {
        get
        {
            _folder.RequireMine();
            return FileFacts.OfName(Path) is not null || Leftovers.Exist(Path);
        }
    }

    /// <summary>The credential stored, or null where there is no file.</summary>
    /// <exception cref="CredentialsFileException">There is one, but it can't be read or is not what it should be.</exception>
    public Credential? Read() => Read(out _);

    /// <param name="identity">Which file was read, for <see cref="Look"/> to be compared with; null where that is not known.</param>
    /// <inheritdoc cref="Read()"/>
    public Credential? Read(out FileIdentity? identity)
    {
        identity = null;
        _folder.RequireMine();
        using var file = PrivateFile.Open(Path, CredentialsFileProblem.Damaged);
        if (file is null) return null;
        // Of what a link leads to, only a credential is this program's to change.
        if (!file.IsLinked) Narrow(file);
        identity = file.Identity; // Before its content: a change in between is seen at the next look.
        var credential = Parse(file.ReadAll(MaximumBytes));
        if (file.IsLinked) Narrow(file);
        return credential;
    }

    /// <summary>Which file there is now; null where there is none, or it is not known.</summary>
    public FileIdentity? Look() => FileIdentity.Of(_pathInUtf8);

    /// <summary>Takes the lock, waiting up to <see cref="LockPatience"/>; null if <paramref name="settled"/> says while it waits that it is no longer needed.</summary>
    /// <exception cref="CredentialsFileException">The folder can't be written, or another process kept the lock.</exception>
    public async Task<LockedCredentials?> LockAsync(TimeProvider clock, Func<bool>? settled, CancellationToken cancellation)
    {
        var held = await CredentialsLock.TakeAsync(_folder, LockPatience, clock, settled, cancellation).ConfigureAwait(false);
        if (held is null) return null;
        try
        {
            return new LockedCredentials(this, held, TakeUpLeftovers());
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
        var target = CredentialsPlace.Of(Path);
        if (FileFacts.OfName(target) is { IsFolder: true })
            throw new CredentialsFileException(CredentialsFileProblem.Unreadable, $"{Path} can't be used: it is a folder");
        Rehearsal.Write(target, RoomToGrow, hasLock: held is not null);
    }

    /// <summary>A temporary file beside the target.</summary>
    internal TemporaryFile NewTemporary() => new(CredentialsPlace.Of(Path));

    /// <summary>The same with room for any credential that could follow this one, once a write has been rehearsed.</summary>
    internal TemporaryFile Prepare(Credential like)
    {
        var room = Math.Min(like.ToUtf8().Length + RoomToGrow, MaximumBytes);
        Rehearsal.Write(CredentialsPlace.Of(Path), room, hasLock: true);
        var temporary = NewTemporary();
        try
        {
            temporary.Fill(new byte[room]);
            temporary.Flush();
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
        // Where the file is a link, the secret is in what it leads to. Another user's link is deleted itself, where that can be done.
        var target = FileFacts.IsNameMine(Path) ? CredentialsPlace.Of(Path) : Path;
        // These first: with the file gone, the next command would take one of them up.
        Leftovers.Delete(target);
        var deleted = Disk.Delete(target);
        if (target != Path) deleted |= Disk.Delete(Path);
        Disk.FlushFolder(folder);
        _folder.DeleteIfEmpty(held.Path);
        return deleted;
    }

    // Of another user's link, the write that follows will tell.
    private Credential? TakeUpLeftovers()
    {
        DeleteOthersLeftovers();
        return FileFacts.IsNameMine(Path) ? Leftovers.TakeUp(CredentialsPlace.Of(Path)) : null;
    }

    // Of what is written with the same lock: a half of one is of no use, and the next sign-in writes it anew.
    private void DeleteOthersLeftovers()
    {
        try
        {
            foreach (var name in new[] { SettingsFile.FileName, DpopKeyFile.FileName }) Leftovers.Delete(System.IO.Path.Combine(folder, name));
        }
        catch (CredentialsFileException)
        {
            return; // A write that follows will say why the folder can't be changed.
        }
    }

    private void Narrow(PrivateFile file)
    {
        if ((file.Facts.Mode & ~FileCalls.OwnerReadWrite) == 0) return;
        warn(file.Narrow()
            ? $"{Path} could be read by others; its permissions are now 0600"
            : $"{Path} can be read by others, and its permissions can't be narrowed");
    }

    private Credential Parse(byte[] content)
    {
        try
        {
            return Credential.Parse(content);
        }
        catch (JsonException problem)
        {
            throw PrivateFile.Unfit(
                Path, CredentialsFileProblem.Damaged, "it is not a JSON object with an access_token and the types that belong there", problem);
        }
    }
}
