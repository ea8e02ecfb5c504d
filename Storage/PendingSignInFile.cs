using System.Text.Json;
using Datagen.Auth;
using Datagen.Host;

namespace Datagen.Storage;

/// <summary>login.json beside credentials.json: private, replaced in one step, and used by one process at a time.</summary>
internal sealed class PendingSignInFile(string folder)
{
    public const string FileName = "login.json";
    private const int MaximumBytes = 64 << 10;
    private readonly string _path = Path.Combine(folder, FileName);

    /// <summary>Until disposed, this process alone may use the file; null where another one does. The folder must be there.</summary>
    public IDisposable? TakeTurn()
    {
        var path = Path.Combine(folder, "login.lock");
        var handle = Disk.Try(() => FileLock.Open(path));
        try
        {
            if (Disk.Try(() => FileLock.TryTake(handle, path))) return handle;
        }
        catch
        {
            handle.Dispose();
            throw;
        }

        handle.Dispose();
        return null;
    }

    /// <exception cref="CredentialsFileException">It is not what it should be.</exception>
    public PendingSignIn? Read()
    {
        if (PrivateFile.Read(_path, MaximumBytes, CredentialsFileProblem.Unreadable) is not { } content) return null;
        try
        {
            return JsonSerializer.Deserialize(content, StorageJson.Default.PendingSignIn) ?? throw Unusable("it is empty");
        }
        catch (JsonException problem)
        {
            throw Unusable("it is not the JSON that belongs there", problem);
        }
    }

    public void Write(PendingSignIn pending)
    {
        Leftovers.Delete(_path);
        using var temporary = new TemporaryFile(_path);
        temporary.Fill(JsonSerializer.SerializeToUtf8Bytes(pending, StorageJson.Default.PendingSignIn));
        temporary.ReplaceTarget();
    }

    public void Delete()
    {
        Leftovers.Delete(_path);
        if (Disk.Delete(_path)) Disk.FlushFolder(folder);
    }

    private CredentialsFileException Unusable(string why, Exception? cause = null) =>
        PrivateFile.Unfit(_path, CredentialsFileProblem.Unreadable, why, cause);
}
