using Datagen.Auth;
using Datagen.Host;
using Microsoft.Win32.SafeHandles;

namespace Datagen.Storage;

/// <summary>A new file of mode 0600 beside the one that it replaces; deleted if it did not come to that.</summary>
internal sealed class TemporaryFile : IDisposable
{
    // An 8 KB access token, an ID token with hundreds of groups and keys of later versions fit many times over.
    public const int MaximumBytes = 1 << 20;

    private readonly string _target;
    private string _path;
    private readonly SafeFileHandle _handle;
    private bool _hasReplaced;

    /// <exception cref="CredentialsFileException">The folder can't be written.</exception>
    public TemporaryFile(string target)
    {
        _target = target;
        (_handle, _path) = Disk.Try(() => FileCalls.CreateTemporary(target));
    }

    /// <summary>Whether it stays where it could not replace the other: the next process that takes the lock tries again.</summary>
    public bool KeepOnFailure { get; set; }

    /// <summary>Its whole content from now on.</summary>
    public void Fill(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length > MaximumBytes)
            throw new CredentialsFileException(CredentialsFileProblem.Unwritable, $"can't write {_target}: it would be larger than 1 MiB");
        try
        {
            RandomAccess.Write(_handle, bytes, 0);
            RandomAccess.SetLength(_handle, bytes.Length);
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException or ArgumentOutOfRangeException)
        {
            throw new CredentialsFileException(
                CredentialsFileProblem.Unwritable, $"can't write {_target}: {SystemCallException.ReasonOf(problem)}", problem);
        }
    }

    public void Flush() => Disk.Try(() => FileCalls.Flush(_handle, _target));

    /// <summary>Replaces the target by what is in it already. Not flushed as a folder: it is as well to find the old one after a crash.</summary>
    public void ReplaceByCopy(ReadOnlySpan<byte> content, UnixFileMode mode)
    {
        Fill(content);
        FileCalls.TrySetMode(_handle, mode);
        Flush();
        Replace();
    }

    /// <summary>Replaces another temporary file, to see whether that can be done here.</summary>
    public void ReplaceAnother()
    {
        using var other = new TemporaryFile(_target);
        Disk.Try(() => FileCalls.Replace(_path, other._path));
        other._hasReplaced = true; // Its name is this one's now.
        _path = other._path;
    }

    /// <summary>Durable once this returns: the content is flushed before the rename, and the folder after it.</summary>
    public void ReplaceTarget()
    {
        Flush();
        Replace();
        Disk.FlushFolder(Path.GetDirectoryName(_target)!);
    }

    private void Replace()
    {
        Disk.Try(() => FileCalls.Replace(_path, _target));
        _hasReplaced = true;
    }

    public void Dispose()
    {
        _handle.Dispose();
        if (!_hasReplaced && !KeepOnFailure) Disk.Delete(_path);
    }
}
