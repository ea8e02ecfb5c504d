using System.Text.Json;
using Datagen.Auth;
using Datagen.Host;
using Microsoft.Win32.SafeHandles;

namespace Datagen.Storage;

/// <summary>A device authorization that was begun by one process and is to be completed by another.</summary>
internal sealed record PendingSignIn
{
    public required string DeviceCode { get; init; }

    public required string UserCode { get; init; }

    public required DateTimeOffset ExpiresAt { get; init; }

    /// <summary>In seconds, with every slow_down so far.</summary>
    public required double Interval { get; init; }

    public int SlowDowns { get; init; }

    public bool WasKnown { get; init; }

    /// <summary>No process asks before this.</summary>
    public required DateTimeOffset NextPollAt { get; init; }

    public required string Issuer { get; init; }

    public required string ClientId { get; init; }

    public string? ClientSecret { get; init; }

    public string? Api { get; init; }

    public required Endpoints Endpoints { get; init; }

    // A record prints its members by default, and two of these are secrets.
    public override string ToString() => $"pending sign-in {UserCode}";
}

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
        var handle = Native.OpenLock(path);
        try
        {
            if (Native.TryLock(handle, path)) return handle;
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
        using var handle = Native.OpenToRead(_path);
        if (handle is null) return null;
        var facts = Native.Inspect(handle, _path);
        if (!facts.IsRegular || !facts.IsMine || !Native.IsNameMine(_path)) throw Unusable("it is not a file of yours");
        try
        {
            return JsonSerializer.Deserialize(Native.ReadAll(handle, MaximumBytes) ?? throw Unusable("it is too large"), StorageJson.Default.PendingSignIn)
                ?? throw Unusable("it is empty");
        }
        catch (JsonException problem)
        {
            throw Unusable("it is not the JSON that belongs there", problem);
        }
        catch (IOException problem)
        {
            throw Unusable(CredentialsFile.Reason(problem), problem);
        }
    }

    public void Write(PendingSignIn pending)
    {
        CredentialsFile.DeleteLeftovers(_path);
        using var temporary = new TemporaryFile(_path);
        temporary.Fill(JsonSerializer.SerializeToUtf8Bytes(pending, StorageJson.Default.PendingSignIn));
        temporary.TakePlace();
    }

    public void Delete()
    {
        CredentialsFile.DeleteLeftovers(_path);
        if (Native.Delete(_path)) Native.FlushFolder(folder);
    }

    private CredentialsFileException Unusable(string why, Exception? cause = null) =>
        new(CredentialsFileProblem.Unreadable, $"{_path} can't be used: {why}", cause);
}
