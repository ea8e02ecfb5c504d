using System.Globalization;
using System.Text.Json.Nodes;

namespace Tests.World;

/// <summary>A credentials file, as everybody but the program sees it.</summary>
public sealed class Credentials(string path)
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    public string Path => path;

    public string Folder => System.IO.Path.GetDirectoryName(path)!;

    public string LockPath => System.IO.Path.Combine(Folder, "credentials.lock");

    public bool Exists => File.Exists(path);

    public JsonObject Json => JsonNode.Parse(Bytes())!.AsObject();

    public UnixFileMode Mode => File.GetUnixFileMode(path);

    public UnixFileMode FolderMode => File.GetUnixFileMode(Folder);

    /// <summary>The names in its folder, or none where there is no folder.</summary>
    public IEnumerable<string?> Siblings =>
        Directory.Exists(Folder) ? Directory.GetFileSystemEntries(Folder).Select(System.IO.Path.GetFileName).Order() : [];

    public string this[string key] => (string?)Json[key] ?? throw new KeyNotFoundException($"{key} is not in the file");

    public byte[] Bytes() => File.ReadAllBytes(path);

    /// <summary>In one step, since the program may be reading.</summary>
    public void Put(string content)
    {
        MakeFolder();
        var temporary = $"{path}-new";
        File.WriteAllText(temporary, content);
        File.SetUnixFileMode(temporary, OwnerOnly);
        File.Move(temporary, path, overwrite: true);
    }

    public void Put(JsonObject content) => Put(content.ToJsonString());

    public void MakeFolder() => Directory.CreateDirectory(Folder, OwnerOnly | UnixFileMode.UserExecute);

    public void Set(string key, JsonNode? value)
    {
        var json = Json;
        if (value is null) json.Remove(key);
        else json[key] = value;
        Put(json);
    }

    /// <summary>Sets the time at which the program believes its access token to expire.</summary>
    public void ExpiresIn(TimeSpan time) => Set("expires_at", Moment(DateTimeOffset.UtcNow + time));

    public static string Moment(DateTimeOffset moment) =>
        moment.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    /// <summary>Reads a moment in the one form that the contract knows.</summary>
    public static DateTimeOffset Moment(string text) => DateTimeOffset.ParseExact(
        text, "yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal);
}
