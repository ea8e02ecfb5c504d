using System.Text.Json;
using Datagen.Auth;
using Datagen.Host;

namespace Datagen.Storage;

/// <summary>Where a write to credentials.json goes: the file itself, or where it is a link to a credential, or to nothing yet, what it leads to.</summary>
internal static class CredentialsPlace
{
    /// <summary>A link to anything else is replaced or deleted itself, and what it leads to stays.</summary>
    /// <exception cref="CredentialsFileException">It is another user's link: in a shared folder it would lead the token to them.</exception>
    public static string Of(string path)
    {
        if (FileFacts.OfName(path) is not { IsLink: true } name) return path;
        if (!name.IsMine) throw PrivateFile.Unfit(path, CredentialsFileProblem.Damaged, "it is another user's link");
        try
        {
            var target = File.ResolveLinkTarget(path, returnFinalTarget: true)!.FullName;
            return FileFacts.OfName(target) is null || Content(target) is { Credential: not null } ? target : path;
        }
        catch (IOException)
        {
            return path; // A link that leads back to itself.
        }
    }

    /// <summary>What is in a file; null where there is none, or it can't be read or is not this user's.</summary>
    public static CredentialsContent? Content(string path)
    {
        try
        {
            using var file = PrivateFile.Open(path, CredentialsFileProblem.Damaged);
            if (file is null) return null;
            var bytes = file.ReadAll(CredentialsFile.MaximumBytes);
            return new CredentialsContent(bytes, TryParse(bytes), file.Facts.Mode, file.Facts.Modified);
        }
        catch (CredentialsFileException)
        {
            return null;
        }
    }

    private static Credential? TryParse(byte[] bytes)
    {
        try
        {
            // Behind what a killed writer wrote there may be some of the room that was reserved.
            return Credential.Parse(bytes.AsSpan().TrimEnd((byte)0));
        }
        catch (JsonException)
        {
            return null;
        }
    }
}

/// <param name="Bytes">All of the file.</param>
/// <param name="Credential">Null where the file is not whole, or no credential.</param>
/// <param name="Mode">Its permissions.</param>
/// <param name="Modified">When it was written.</param>
internal sealed record CredentialsContent(byte[] Bytes, Credential? Credential, UnixFileMode Mode, DateTimeOffset Modified)
{
    /// <summary>By the moment stored, which is in whole seconds, then by the file system's clock, which ticks every few milliseconds.</summary>
    public bool IsAsNewAs(CredentialsContent other) =>
        Credential!.StoredAt != other.Credential!.StoredAt ? Credential.StoredAt > other.Credential.StoredAt : Modified >= other.Modified;

    public override string ToString() => nameof(CredentialsContent);
}
