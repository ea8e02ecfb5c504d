using Datagen.Auth;
using Datagen.Host;
using Microsoft.Win32.SafeHandles;

namespace Datagen.Storage;

/// <summary>A new file of mode 0600 beside the one whose place it takes, or else gone without a trace.</summary>
internal sealed class TemporaryFile : IDisposable
{
    private readonly string _target;
    private readonly string _path;
    private readonly SafeFileHandle _handle;
    private bool _placed;

    public TemporaryFile(string target)
    {
        _target = target;
        (_handle, _path) = Native.CreateTemporary(target);
    }

    /// <summary>Its whole content from now on.</summary>
    public void Fill(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length > CredentialsFile.MaximumBytes)
            throw new CredentialsFileException(CredentialsFileProblem.Unwritable, $"can't write {_target}: it would be larger than 1 MiB");
        try
        {
            RandomAccess.Write(_handle, bytes, 0);
            RandomAccess.SetLength(_handle, bytes.Length);
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException or ArgumentOutOfRangeException)
        {
            throw new CredentialsFileException(
                CredentialsFileProblem.Unwritable, $"can't write {_target}: {CredentialsFile.Reason(problem)}", problem);
        }
    }

    /// <summary>Whether it stays where it could not take the place: who takes the lock next tries again.</summary>
    public bool Stays { get; set; }

    public void Flush() => Native.Flush(_handle, _target);

    /// <summary>Durable once this returns: the content is flushed before it takes the place, and the folder after.</summary>
    public void TakePlace()
    {
        Flush();
        Native.Replace(_path, _target);
        _placed = true;
        Native.FlushFolder(Path.GetDirectoryName(_target)!);
    }

    public void Dispose()
    {
        _handle.Dispose();
        if (!_placed && !Stays) Native.Delete(_path);
    }
}
