using Datagen.Auth;
using Datagen.Host;
using Microsoft.Win32.SafeHandles;

namespace Datagen.Storage;

/// <summary>A small file of ours, opened to be read: regular, this user's as is its name, and never waited for.</summary>
internal sealed class PrivateFile : IDisposable
{
    private readonly SafeFileHandle _handle;
    private readonly string _path;
    private readonly CredentialsFileProblem _unfit;

    private PrivateFile(SafeFileHandle handle, string path, CredentialsFileProblem unfit)
    {
        _handle = handle;
        _path = path;
        _unfit = unfit;
    }

    public FileFacts Facts { get; private init; }

    /// <summary>Whether the name is a link's.</summary>
    public bool IsLinked { get; private init; }

    /// <summary>Null where the system does not say.</summary>
    public FileIdentity? Identity => FileIdentity.Of(_handle);

    /// <summary>Null where there is no such file.</summary>
    /// <param name="path">Where it is.</param>
    /// <param name="unfit">The kind of problem that a file is which is not what it should be.</param>
    /// <exception cref="CredentialsFileException">It can't be opened, or is not what it should be.</exception>
    public static PrivateFile? Open(string path, CredentialsFileProblem unfit)
    {
        SafeFileHandle? handle = null;
        try
        {
            handle = FileCalls.OpenToRead(path);
            if (handle is null) return null;
            var facts = FileFacts.Of(handle, path);
            if (facts.IsFolder) throw new CredentialsFileException(CredentialsFileProblem.Unreadable, $"{path} can't be used: it is a folder");
            if (!facts.IsRegular) throw Unfit(path, unfit, "it is not a regular file");
            var name = FileFacts.OfName(path);
            // In a shared folder another user's link could lead to a file of this user's.
            if (!facts.IsMine || name is { IsMine: false }) throw OfAnotherUser(path, unfit);
            var file = new PrivateFile(handle, path, unfit) { Facts = facts, IsLinked = name is { IsLink: true } };
            handle = null;
            return file;
        }
        catch (SystemCallException problem)
        {
            throw new CredentialsFileException(CredentialsFileProblem.Unreadable, problem.Message, problem);
        }
        finally
        {
            handle?.Dispose();
        }
    }

    /// <summary>The whole of a file; null where there is none.</summary>
    /// <exception cref="CredentialsFileException">It can't be read, or is not what it should be.</exception>
    public static byte[]? Read(string path, int maximumBytes, CredentialsFileProblem unfit)
    {
        using var file = Open(path, unfit);
        return file?.ReadAll(maximumBytes);
    }

    public byte[] ReadAll(int maximumBytes)
    {
        try
        {
            return FileCalls.ReadAll(_handle, maximumBytes)
                ?? throw Unfit(_path, _unfit, maximumBytes >= 1 << 20 ? $"it is larger than {maximumBytes >> 20} MiB" : $"it is larger than {maximumBytes >> 10} KiB");
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            throw new CredentialsFileException(
                CredentialsFileProblem.Unreadable, $"can't read {_path}: {SystemCallException.ReasonOf(problem)}", problem);
        }
    }

    /// <summary>False where its permissions can't be changed.</summary>
    public bool Narrow() => FileCalls.TrySetMode(_handle, FileCalls.OwnerReadWrite);

    public void Dispose() => _handle.Dispose();

    public static CredentialsFileException OfAnotherUser(string path, CredentialsFileProblem unfit) =>
        new(unfit, $"{path} can't be used: it belongs to another user", hint: "run this as the user whose file it is");

    public static CredentialsFileException Unfit(string path, CredentialsFileProblem unfit, string why, Exception? cause = null) =>
        new(unfit, $"{path} can't be used: {why}", cause);
}
