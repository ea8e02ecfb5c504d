using System.Text.Json;
using Datagen.Auth;

namespace Datagen.Storage;

/// <summary>settings.json beside credentials.json: how its profile signs in. It stays when the credential is deleted.</summary>
internal sealed class SettingsFile(string folder)
{
    public const string FileName = "settings.json";
    private const int MaximumBytes = 64 << 10;

    public string Path { get; } = System.IO.Path.Combine(folder, FileName);

    /// <summary>Null where there is no such file.</summary>
    /// <exception cref="CredentialsFileException">It can't be read, or is not what it should be.</exception>
    public SignInSettings? Read()
    {
        try
        {
            if (PrivateFile.Read(Path, MaximumBytes, CredentialsFileProblem.Unreadable) is not { } content) return null;
            return JsonSerializer.Deserialize(content, StorageJson.Default.SignInSettings) ?? throw Unusable(null);
        }
        catch (JsonException problem)
        {
            throw Unusable(problem);
        }
        catch (CredentialsFileException) when (!Directory.Exists(folder))
        {
            return null; // The sign-in that follows will say what is in the folder's place.
        }
    }

    /// <summary>Settings that say nothing leave no file. To be called with the credentials' lock.</summary>
    /// <exception cref="CredentialsFileException">It can't be written.</exception>
    public void Write(SignInSettings settings)
    {
        Leftovers.Delete(Path);
        if (settings.IsEmpty)
        {
            if (Disk.Delete(Path)) Disk.FlushFolder(folder);
            return;
        }

        using var temporary = new TemporaryFile(Path);
        temporary.Fill([.. JsonSerializer.SerializeToUtf8Bytes(settings, StorageJson.Readable.SignInSettings), (byte)'\n']);
        temporary.ReplaceTarget();
    }

    private CredentialsFileException Unusable(Exception? cause) =>
        PrivateFile.Unfit(Path, CredentialsFileProblem.Unreadable, "it is not the JSON that belongs there", cause);
}
