using System.Runtime.InteropServices;
using System.Text.Json;
using Datagen.Auth;
using Datagen.Host;
using Microsoft.Win32.SafeHandles;

namespace Datagen.Storage;

/// <summary>credentials.json in its folder: read by anyone at any moment, written only by who holds the lock.</summary>
/// <remarks>
/// A write is a temporary file, flushed, renamed over the old one, and the folder flushed: a reader, or a crash, sees the
/// old file or the new one. The lock is the kernel's, on credentials.lock beside it, so that it ends with its process.
/// </remarks>
/// <param name="folder">Where it is.</param>
/// <param name="warn">Is told of permissions that were too wide.</param>
/// <param name="ownsFolder">Whether the folder goes with the credential.</param>
internal sealed class CredentialsFile(string folder, Action<string> warn, bool ownsFolder = false)
{
    public const string FileName = "credentials.json";
    public static readonly TimeSpan LockPatience = TimeSpan.FromSeconds(30);

    // An 8 KB access token, an ID token with hundreds of groups and keys of later versions fit many times over.
    public const int MaximumBytes = 1 << 20;
    private const int RoomToGrow = 64 << 10;
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const UnixFileMode OwnerFolder = OwnerOnly | UnixFileMode.UserExecute;

    private readonly string _lockPath = System.IO.Path.Combine(folder, "credentials.lock");

    public string Path { get; } = System.IO.Path.Combine(folder, FileName);

    /// <summary>Whether there is anything of that name, usable or not, or what a killed writer left of one.</summary>
    public bool Exists =>
        new FileInfo(Path) is { Exists: true } or { LinkTarget: not null } || Directory.Exists(Path) || Leftovers(Path).Length > 0;

    /// <summary>The credential stored, or null where there is no file.</summary>
    /// <exception cref="CredentialsFileException">There is one, but it can't be read or is not what it should be.</exception>
    public Credential? Read()
    {
        using var handle = OpenToRead();
        if (handle is null) return null;
        RequireOurs(handle);
        try
        {
            return Credential.Parse(ReadAll(handle, Path));
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
        var handle = OpenLock();
        try
        {
            var start = clock.GetTimestamp();
            for (var wait = 2; ; wait = Math.Min(2 * wait, 10))
            {
                if (Native.TryLock(handle, _lockPath))
                {
                    if (!ownsFolder || Native.HasName(handle, _lockPath))
                    {
                        TakeUpLeftovers();
                        return new LockedCredentials(this, handle);
                    }

                    // Its holder has signed out of this profile and taken the folder along: only a lock that others find is one.
                    handle.Dispose();
                    handle = OpenLock();
                    continue;
                }

                if (clock.GetElapsedTime(start) >= LockPatience)
                    throw new CredentialsFileException(
                        CredentialsFileProblem.Locked,
                        $"another process has held {_lockPath} for {LockPatience.TotalSeconds:0} seconds");
                await Task.Delay(TimeSpan.FromMilliseconds(wait), clock, cancellation).ConfigureAwait(false);
                if (settled?.Invoke() == true)
                {
                    handle.Dispose();
                    return null;
                }
            }
        }
        catch
        {
            handle.Dispose();
            throw;
        }
    }

    /// <summary>Finds out, before anyone is asked to sign in, whether a credential could be stored.</summary>
    /// <exception cref="CredentialsFileException">It could not.</exception>
    public void RequireWritable()
    {
        using var handle = OpenLock();
        if (Native.TryLock(handle, _lockPath)) TakeUpLeftovers();
        if (Directory.Exists(Path)) throw IsFolder();
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

    internal bool Delete()
    {
        // Where the file is a link, the secret is in what it points to.
        var target = Native.IsNameMine(Path) ? Target() : Path;
        // These first: with the file gone, the next command would take one of them up.
        DeleteLeftovers(target);
        var deleted = Native.Delete(target);
        if (target != Path) deleted |= Native.Delete(Path);
        Native.FlushFolder(folder);
        if (ownsFolder) DeleteFolder();
        return deleted;
    }

    // With the lock in our hands; best effort, since an empty folder is no credential.
    private void DeleteFolder()
    {
        try
        {
            if (Directory.EnumerateFileSystemEntries(folder).Any(entry => entry != _lockPath)) return;
            Native.Delete(_lockPath);
            Directory.Delete(folder);
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException or CredentialsFileException)
        {
            return;
        }
    }

    private SafeFileHandle OpenLock()
    {
        const int Attempts = 20;
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                CreateFolder();
                return Native.OpenLock(_lockPath);
            }
            catch (CredentialsFileException) when (ownsFolder && attempt < Attempts)
            {
                continue; // Who signed out of this profile at the same moment took the folder along.
            }
        }
    }

    private SafeFileHandle? OpenToRead()
    {
        try
        {
            return Native.OpenToRead(Path);
        }
        catch (CredentialsFileException problem)
        {
            throw new CredentialsFileException(CredentialsFileProblem.Unreadable, problem.Message, problem);
        }
    }

    private void RequireOurs(SafeFileHandle handle)
    {
        var facts = Native.Inspect(handle, Path);
        if (Directory.Exists(Path)) throw IsFolder();
        if (!facts.IsRegular) throw Damaged("it is not a regular file");
        if (!facts.IsMine || !Native.IsNameMine(Path)) throw Damaged("it belongs to another user");
        if ((facts.Mode & ~OwnerOnly) == 0) return;
        warn(Native.Narrow(handle, OwnerOnly)
            ? $"{Path} could be read by others; its permissions are now 0600"
            : $"{Path} can be read by others, and its permissions can't be narrowed");
    }

    private static byte[] ReadAll(SafeFileHandle handle, string path)
    {
        try
        {
            return Native.ReadAll(handle, MaximumBytes) ?? throw Damaged(path, "it is larger than 1 MiB");
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            throw new CredentialsFileException(CredentialsFileProblem.Unreadable, $"can't read {path}: {Reason(problem)}", problem);
        }
    }

    private void CreateFolder()
    {
        try
        {
            if (!Directory.Exists(folder)) Create(folder);
            var mode = File.GetUnixFileMode(folder);
            if ((mode & ~OwnerFolder) != 0 && HoldsOnlyOurFiles()) Native.Narrow(folder, OwnerFolder);
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            throw new CredentialsFileException(
                CredentialsFileProblem.Unwritable, $"can't create the folder {folder}: {Reason(problem)}", problem);
        }
    }

    // Left to itself the framework would close the last one alone.
    private static void Create(string folder)
    {
        if (System.IO.Path.GetDirectoryName(folder) is { } parent && !Directory.Exists(parent)) Create(parent);
        Directory.CreateDirectory(folder, OwnerFolder);
    }

    // A folder that somebody named for us may be one they share; one with nothing else in it is ours to close.
    private bool HoldsOnlyOurFiles() =>
        Directory.EnumerateFileSystemEntries(folder).Select(System.IO.Path.GetFileName).All(name =>
            name!.StartsWith("credentials.", StringComparison.Ordinal) || name.StartsWith("login.", StringComparison.Ordinal)
            || name.StartsWith(ActiveProfile.FileName, StringComparison.Ordinal) || name == ActiveProfile.FolderName);

    // Where credentials.json is a link, the file behind it is replaced and the link stays.
    private string Target()
    {
        var name = new FileInfo(Path);
        if (name.LinkTarget is null) return Path;
        // In a shared folder somebody else's link would lead the token to them.
        if (!Native.IsNameMine(Path)) throw Damaged("it is another user's link");
        try
        {
            return name.ResolveLinkTarget(returnFinalTarget: true)!.FullName;
        }
        catch (IOException)
        {
            // A link that leads back to itself is all that there is.
            return Path;
        }
    }

    /// <summary>
    /// Whoever wrote these was killed before the rename; with the lock in our hands nobody is writing now. One that is whole takes its
    /// place after all, since its refresh token may be the only one that is still good; the others go.
    /// </summary>
    private void TakeUpLeftovers()
    {
        if (!Native.IsNameMine(Path)) return; // Another user's link; who writes will say so.
        var target = Target();
        var leftovers = Leftovers(target);
        if (leftovers.Length == 0) return;
        try
        {
            if (Array.Find(Array.ConvertAll(leftovers, ReadLeftover), credential => credential is not null) is { } successor)
            {
                using var temporary = new TemporaryFile(target);
                temporary.Fill(successor.ToUtf8());
                temporary.TakePlace();
            }

            foreach (var leftover in leftovers) Native.Delete(leftover);
        }
        catch (CredentialsFileException)
        {
            // A place that can't be written: whoever is to write there will say so, and these stay until then.
        }
    }

    private static Credential? ReadLeftover(string path)
    {
        using var handle = Native.OpenToRead(path);
        if (handle is null || Native.Inspect(handle, path) is not { IsRegular: true, IsMine: true }) return null;
        try
        {
            // Behind what was written there may be some of the room that was reserved.
            return Credential.Parse(ReadAll(handle, path).AsSpan().TrimEnd((byte)0));
        }
        catch (JsonException)
        {
            return null; // Its writer did not come to the end.
        }
    }

    internal static void DeleteLeftovers(string target)
    {
        foreach (var leftover in Leftovers(target)) Native.Delete(leftover);
    }

    private static string[] Leftovers(string target)
    {
        // The default way to match takes a question mark at the end for nothing as well.
        var exactly = new EnumerationOptions { MatchType = MatchType.Simple, AttributesToSkip = FileAttributes.Directory };
        try
        {
            var found = Directory.GetFiles(
                System.IO.Path.GetDirectoryName(target)!, System.IO.Path.GetFileName(target) + Native.TemporaryMark + "??????", exactly);
            return Array.FindAll(found, Native.IsNameMine); // In a shared folder anybody can make such a name.
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            return []; // What can't be listed, or is not there yet, waits for the next who tries.
        }
    }

    private CredentialsFileException Damaged(string what, Exception? cause = null) => Damaged(Path, what, cause);

    private static CredentialsFileException Damaged(string path, string what, Exception? cause = null) =>
        new(CredentialsFileProblem.Damaged, $"{path} can't be used: {what}", cause);

    private CredentialsFileException IsFolder() =>
        new(CredentialsFileProblem.Unreadable, $"{Path} can't be used: it is a folder");

    internal static string Reason(Exception problem) => problem switch
    {
        UnauthorizedAccessException => "permission denied",
        ArgumentOutOfRangeException => "File too large", // EFBIG, as the framework tells it
        DirectoryNotFoundException or FileNotFoundException => "no such folder",
        _ when problem.HResult is > 0 and < 4096 => Marshal.GetPInvokeErrorMessage(problem.HResult), // the system's errno
        _ => "input/output error",
    };
}

/// <summary>The right to write the credentials file, for as long as it is not disposed.</summary>
internal sealed class LockedCredentials(CredentialsFile file, SafeFileHandle handle) : IDisposable
{
    private TemporaryFile? _reserved;

    public Credential? Read() => file.Read();

    /// <summary>Makes sure, as far as that can be known, that a successor of <paramref name="credential"/> can be written.</summary>
    /// <exception cref="CredentialsFileException">It could not: nothing has changed.</exception>
    public void Reserve(Credential credential) => _reserved ??= file.Prepare(credential);

    public void Write(Credential credential)
    {
        using var temporary = _reserved ?? file.Prepare(like: null);
        // What was reserved is for the successor of a token that is spent by now.
        temporary.Stays = _reserved is not null;
        _reserved = null;
        temporary.Fill(credential.ToUtf8());
        temporary.TakePlace();
    }

    /// <summary>False where there was no file.</summary>
    public bool Delete() => file.Delete();

    public void Dispose()
    {
        _reserved?.Dispose();
        handle.Dispose();
    }
}
