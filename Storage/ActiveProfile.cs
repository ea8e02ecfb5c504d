using System.Text;
using Datagen.Auth;
using Datagen.Host;

namespace Datagen.Storage;

/// <summary>The one line beside credentials.json that names the profile in use; no file for the default one.</summary>
internal sealed class ActiveProfile(string folder)
{
    public const string FileName = "active_profile";

    /// <summary>Where the profiles' own folders are.</summary>
    public const string FolderName = "profiles";

    private const int LongestLine = 1 << 10;

    public string Path { get; } = System.IO.Path.Combine(folder, FileName);

    /// <summary>The line as it is, or null where there is no file.</summary>
    /// <exception cref="CredentialsFileException">There is one, but it can't be read or is not what it should be.</exception>
    public string? Read()
    {
        try
        {
            using var handle = Native.OpenToRead(Path);
            if (handle is null) return null;
            var facts = Native.Inspect(handle, Path);
            // Whoever chooses the profile chooses the folder that a token is written to.
            if (!facts.IsRegular || !facts.IsMine || !Native.IsNameMine(Path))
                throw Unusable(facts.IsRegular ? "it belongs to another user" : "it is not a regular file");
            Span<byte> line = stackalloc byte[LongestLine];
            return Encoding.UTF8.GetString(line[..RandomAccess.Read(handle, line, 0)]).Trim();
        }
        catch (IOException problem)
        {
            throw Unusable(CredentialsFile.Reason(problem));
        }
        catch (CredentialsFileException) when (!Directory.Exists(folder))
        {
            return null; // Something else is in the folder's place: for who needs the folder to tell.
        }
        catch (CredentialsFileException problem) when (problem.Problem == CredentialsFileProblem.Unwritable)
        {
            throw new CredentialsFileException(CredentialsFileProblem.Unreadable, problem.Message, problem);
        }
    }

    /// <summary>To be called with the lock of the folder's credentials in hand.</summary>
    public void Write(string profile)
    {
        using var temporary = new TemporaryFile(Path);
        temporary.Fill(Encoding.UTF8.GetBytes(profile + '\n'));
        temporary.TakePlace();
    }

    public void Delete()
    {
        if (Native.Delete(Path)) Native.FlushFolder(folder);
    }

    private CredentialsFileException Unusable(string why) => new(CredentialsFileProblem.Unreadable, $"{Path} can't be used: {why}");
}
