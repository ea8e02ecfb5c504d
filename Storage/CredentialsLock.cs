using Datagen.Auth;
using Datagen.Host;
using Microsoft.Win32.SafeHandles;

namespace Datagen.Storage;

/// <summary>The kernel's lock on credentials.lock, for as long as it is not disposed. It ends with its process.</summary>
internal sealed class CredentialsLock : IDisposable
{
    private readonly CredentialsFolder _folder;
    private SafeFileHandle _handle;

    private CredentialsLock(CredentialsFolder folder)
    {
        _folder = folder;
        Path = PathIn(folder);
        _handle = Open();
    }

    public string Path { get; }

    public static string PathIn(CredentialsFolder folder) => folder["credentials.lock"];

    /// <summary>Null if <paramref name="settled"/> says, while another process has the lock, that it is no longer needed.</summary>
    /// <exception cref="CredentialsFileException">The folder can't be written, or another process kept the lock for longer than <paramref name="patience"/>.</exception>
    public static async Task<CredentialsLock?> TakeAsync(
        CredentialsFolder folder, TimeSpan patience, TimeProvider clock, Func<bool>? settled, CancellationToken cancellation)
    {
        var taken = new CredentialsLock(folder);
        try
        {
            var start = clock.GetTimestamp();
            for (var wait = 2; ; wait = Math.Min(2 * wait, 10))
            {
                if (taken.TryTake()) return taken;
                if (clock.GetElapsedTime(start) >= patience)
                    throw new CredentialsFileException(
                        CredentialsFileProblem.Locked, $"another process has held {taken.Path} for {patience.TotalSeconds:0} seconds");
                await Task.Delay(TimeSpan.FromMilliseconds(wait), clock, cancellation).ConfigureAwait(false);
                if (settled?.Invoke() != true) continue;
                taken.Dispose();
                return null;
            }
        }
        catch
        {
            taken.Dispose();
            throw;
        }
    }

    /// <summary>The lock, or null where another process has it.</summary>
    /// <exception cref="CredentialsFileException">The folder can't be written.</exception>
    public static CredentialsLock? TryTake(CredentialsFolder folder)
    {
        var taken = new CredentialsLock(folder);
        try
        {
            if (taken.TryTake()) return taken;
        }
        catch
        {
            taken.Dispose();
            throw;
        }

        taken.Dispose();
        return null;
    }

    public void Dispose() => _handle.Dispose();

    private bool TryTake()
    {
        while (Disk.Try(() => FileLock.TryTake(_handle, Path)))
        {
            if (!_folder.IsOwned || Disk.Try(() => FileFacts.Of(_handle, Path)).HasName) return true;
            // The process that had it signed out of this profile and deleted the folder: a lock without a name locks nobody out.
            _handle.Dispose();
            _handle = Open();
        }

        return false;
    }

    private SafeFileHandle Open()
    {
        const int Attempts = 20;
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                _folder.Create();
                return Disk.Try(() => FileLock.Open(Path));
            }
            catch (CredentialsFileException) when (_folder.IsOwned && attempt < Attempts)
            {
                continue; // A process that signed out of this profile at the same moment deleted the folder.
            }
        }
    }
}
