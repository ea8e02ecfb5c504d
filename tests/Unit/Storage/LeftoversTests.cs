using Datagen.Auth;
using Datagen.Storage;
using Unit.World;

namespace Unit.Storage;

/// <summary>What killed writers left beside the file: the newest whole one, and only if it is newer than the file.</summary>
public sealed class LeftoversTests : IDisposable
{
    private static readonly DateTimeOffset s_noon = new(2026, 4, 23, 12, 0, 0, TimeSpan.Zero);
    private readonly TemporaryFolder _home = new();
    private readonly CredentialsFile _file;

    public LeftoversTests() => _file = new CredentialsFile(_home.Path, _ => { });

    public void Dispose() => _home.Dispose();

    private static Credential Stored(string token, int minutes) => new() { AccessToken = token, StoredAt = s_noon.AddMinutes(minutes) };

    /// <param name="name">credentials.json, or six characters of a leftover.</param>
    private void Put(string name, Credential credential, int modified = 0)
    {
        var path = name.Length == 6 ? $"{_file.Path}.tmp-{name}" : _file.Path;
        File.WriteAllBytes(path, credential.ToUtf8());
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        File.SetLastWriteTimeUtc(path, s_noon.UtcDateTime.AddSeconds(modified));
    }

    private async Task<string?> TokenOnceLocked()
    {
        using var held = await _file.LockAsync(TimeProvider.System, settled: null, TestContext.Current.CancellationToken);
        return held!.Read()?.AccessToken;
    }

    [Theory]
    [InlineData("aaaaaa", "zzzzzz")]
    [InlineData("zzzzzz", "aaaaaa")]
    public async Task Of_two_the_newer_is_taken_up_whatever_their_names(string older, string newer)
    {
        Put("credentials.json", Stored("file", 0));
        Put(older, Stored("older", 1));
        Put(newer, Stored("newer", 2));

        Assert.Equal("newer", await TokenOnceLocked());

        Assert.Equal("newer", _file.Read()!.AccessToken);
        Assert.Equal(["credentials.json", "credentials.lock"], Directory.GetFiles(_home.Path).Select(Path.GetFileName).Order());
    }

    [Fact]
    public async Task One_that_is_older_than_the_file_is_deleted()
    {
        Put("credentials.json", Stored("file", 2));
        Put("aaaaaa", Stored("leftover", 1), modified: 60);

        Assert.Equal("file", await TokenOnceLocked());

        Assert.Equal(["credentials.json", "credentials.lock"], Directory.GetFiles(_home.Path).Select(Path.GetFileName).Order());
    }

    [Theory]
    [InlineData(-1, "file")]
    [InlineData(1, "leftover")]
    public async Task Within_one_second_the_file_system_tells_which_is_newer(int modified, string expected)
    {
        Put("credentials.json", Stored("file", 0));
        Put("aaaaaa", Stored("leftover", 0), modified);

        Assert.Equal(expected, await TokenOnceLocked());
    }

    [Fact]
    public async Task A_newer_one_that_is_not_whole_is_not_taken_up()
    {
        Put("aaaaaa", Stored("whole", 1));
        await File.WriteAllTextAsync($"{_file.Path}.tmp-bbbbbb", """{"access_token":"half","stor""", TestContext.Current.CancellationToken);

        Assert.Equal("whole", await TokenOnceLocked());
    }

    [Fact]
    public async Task Any_whole_one_is_newer_than_a_file_that_is_damaged()
    {
        await File.WriteAllTextAsync(_file.Path, "{", TestContext.Current.CancellationToken);
        Put("aaaaaa", Stored("whole", 1));

        Assert.Equal("whole", await TokenOnceLocked());
    }

    [Fact]
    public async Task One_that_cannot_be_put_in_its_place_is_still_what_is_read_with_the_lock()
    {
        Directory.CreateDirectory(Path.Combine(_file.Path, "in the way"));
        Put("aaaaaa", Stored("successor", 1));

        Assert.Equal("successor", await TokenOnceLocked());
        Assert.Equal("successor", await TokenOnceLocked());
    }

    [Fact]
    public void A_rehearsal_changes_nothing()
    {
        Put("credentials.json", Stored("file", 0));
        File.SetUnixFileMode(_file.Path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead);
        var before = File.ReadAllBytes(_file.Path);

        _file.RequireWritable();

        Assert.Equal(before, File.ReadAllBytes(_file.Path));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead, File.GetUnixFileMode(_file.Path));
        Assert.Equal(["credentials.json", "credentials.lock"], Directory.GetFiles(_home.Path).Select(Path.GetFileName).Order());
    }

    [Fact]
    public void What_the_shell_would_offer_is_not_waited_for()
    {
        using var made = System.Diagnostics.Process.Start("mkfifo", _home["organizations"]);
        made.WaitForExit();

        Assert.Empty(SeenOrganizations.Read(_home.Path));
    }
}
