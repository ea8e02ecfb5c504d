namespace Datagen.Storage;

/// <summary>The right to write the credentials file, for as long as it is not disposed.</summary>
/// <param name="file">The file.</param>
/// <param name="held">Its lock.</param>
/// <param name="successor">The credential that an earlier process could not put in the file's place, nor this one; null where there is none.</param>
internal sealed class LockedCredentials(CredentialsFile file, CredentialsLock held, Credential? successor) : IDisposable
{
    private TemporaryFile? _reserved;

    public Credential? Read() => successor ?? file.Read();

    /// <summary>Makes sure, as far as that can be known, that a successor of <paramref name="credential"/> can be written.</summary>
    /// <exception cref="Auth.CredentialsFileException">It could not: nothing has changed.</exception>
    public void Reserve(Credential credential) => _reserved ??= file.Prepare(credential);

    public void Write(Credential credential)
    {
        using var temporary = _reserved ?? file.NewTemporary();
        // What was reserved is for the successor of a refresh token that is spent by now.
        temporary.KeepOnFailure = _reserved is not null;
        _reserved = null;
        temporary.Fill(credential.ToUtf8());
        temporary.ReplaceTarget();
        successor = null;
    }

    /// <summary>False where there was no file.</summary>
    public bool Delete() => file.Delete(held);

    public void Dispose()
    {
        _reserved?.Dispose();
        held.Dispose();
    }
}
