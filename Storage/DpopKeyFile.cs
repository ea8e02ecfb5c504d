using System.Text;
using Datagen.Auth;

namespace Datagen.Storage;

/// <summary>dpop-key.pem beside credentials.json: the private key that its tokens are bound to (RFC 9449). To be changed with the credentials' lock in hand.</summary>
internal sealed class DpopKeyFile(string folder)
{
    public const string FileName = "dpop-key.pem";
    private const int MaximumBytes = 16 << 10;

    public string Path { get; } = System.IO.Path.Combine(folder, FileName);

    /// <summary>The text of the file, or null where there is none.</summary>
    /// <exception cref="CredentialsFileException">It can't be read, or is not what it should be.</exception>
    public string? Read() =>
        PrivateFile.Read(Path, MaximumBytes, CredentialsFileProblem.Unreadable) is { } content ? Encoding.UTF8.GetString(content) : null;

    /// <exception cref="CredentialsFileException">It can't be written.</exception>
    public void Write(string pem)
    {
        using var temporary = new TemporaryFile(Path);
        temporary.Fill(Encoding.UTF8.GetBytes(pem));
        temporary.ReplaceTarget();
    }

    public void Delete()
    {
        if (Disk.Delete(Path)) Disk.FlushFolder(folder);
    }
}
