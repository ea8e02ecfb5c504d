using System.Runtime.InteropServices;
using Datagen.Auth;
using Datagen.Storage;
using Unit.World;

namespace Unit.Storage;

/// <summary>A credentials file in a folder where somebody else has been, or that is not quite as it should be.</summary>
public sealed partial class HostilePlaceTests : IDisposable
{
    private readonly TemporaryFolder _home = new();
    private readonly string _folder;
    private readonly CredentialsFile _file;

    public HostilePlaceTests()
    {
        _folder = _home["config"];
        Directory.CreateDirectory(_folder);
        _file = new CredentialsFile(_folder, _ => { });
    }

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public void Dispose() => _home.Dispose();

    private async Task<LockedCredentials> Lock() => (await _file.LockAsync(TimeProvider.System, settled: null, Ct))!;

    [Fact]
    public async Task A_link_that_another_user_put_there_leads_no_token_astray()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "only root can make another user's link");
        var trap = _home["trap"];
        Directory.CreateDirectory(trap);
        File.CreateSymbolicLink(_file.Path, Path.Combine(trap, "stolen.json"));
        Assert.Equal(0, ChangeOwnerOfLink(_file.Path, 1, 1));

        using (var held = await Lock()) Record.Exception(() => held.Write(new Credential { AccessToken = "at" }));

        Assert.Empty(Directory.GetFileSystemEntries(trap));
    }

    [Fact]
    public async Task What_could_not_be_read_again_is_not_written()
    {
        using var held = await Lock();
        held.Write(new Credential { AccessToken = "old" });

        var problem = Record.Exception(() => held.Write(new Credential { AccessToken = "at", Groups = [new string('x', 1 << 20)] }));

        Assert.IsType<CredentialsFileException>(problem);
        Assert.Equal("old", _file.Read()!.AccessToken);
    }

    [Theory]
    [InlineData("credentials.json.backup")]
    [InlineData("credentials.json.orig")]
    [InlineData("credentials.json.2026-1")]
    [InlineData("credentials.json~")]
    public async Task A_copy_that_the_person_made_is_left_alone(string name)
    {
        var copy = Path.Combine(_folder, name);
        await File.WriteAllTextAsync(copy, "mine", Ct);

        using (var held = await Lock())
        {
            held.Write(new Credential { AccessToken = "at" });
            held.Delete();
        }

        Assert.True(File.Exists(copy));
    }

    [Theory]
    [InlineData("credentials.json")]
    [InlineData("elsewhere")]
    public async Task A_link_that_leads_nowhere_can_be_deleted(string to)
    {
        File.CreateSymbolicLink(_file.Path, Path.Combine(_folder, to));

        using (var held = await Lock()) Assert.True(held.Delete());

        Assert.False(_file.Exists);
    }

    [Fact]
    public async Task A_link_in_a_circle_is_mended_by_signing_in()
    {
        File.CreateSymbolicLink(_file.Path, _file.Path);

        _file.RequireWritable();
        using (var held = await Lock()) held.Write(new Credential { AccessToken = "at" });

        Assert.Equal("at", _file.Read()!.AccessToken);
    }

    [Fact]
    public void Why_the_lock_cannot_be_made_is_told_as_it_is()
    {
        const string NoPlaceForFiles = "/sys/kernel";
        Assert.SkipUnless(Directory.Exists(NoPlaceForFiles), "needs a folder in which not even root can make files");

        var problem = Assert.Throws<CredentialsFileException>(() => new CredentialsFile(NoPlaceForFiles, _ => { }).RequireWritable());

        Assert.DoesNotContain("No such file", problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_link_in_the_place_of_the_lock_makes_no_file_elsewhere()
    {
        File.CreateSymbolicLink(Path.Combine(_folder, "credentials.lock"), _home["elsewhere"]);

        Assert.Equal(CredentialsFileProblem.Unwritable, (await Assert.ThrowsAsync<CredentialsFileException>(Lock)).Problem);
        Assert.Throws<CredentialsFileException>(_file.RequireWritable);

        Assert.False(File.Exists(_home["elsewhere"]));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task What_another_user_left_there_is_no_successor(bool link)
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "only root can give a file away");
        using (var held = await Lock()) held.Write(new Credential { AccessToken = "mine" });
        var planted = _file.Path + ".tmp-Ab12Cd";
        var content = new Credential { AccessToken = "theirs" }.ToUtf8();
        await File.WriteAllBytesAsync(link ? _home["elsewhere"] : planted, content, Ct);
        if (link) File.CreateSymbolicLink(planted, _home["elsewhere"]);
        Assert.Equal(0, ChangeOwnerOfLink(planted, 1, 1));

        using (var held = await Lock()) Assert.Equal("mine", held.Read()!.AccessToken);

        Assert.True(File.Exists(planted));
    }

    [Fact]
    public async Task Something_else_in_the_place_of_the_lock_is_told_and_not_waited_for()
    {
        Directory.CreateDirectory(Path.Combine(_folder, "credentials.lock"));

        Assert.Equal(CredentialsFileProblem.Unwritable, (await Assert.ThrowsAsync<CredentialsFileException>(Lock)).Problem);
    }

    [Theory]
    [InlineData("""{"access_token":"at","later":"\ud800"}""")]
    [InlineData("""{"access_token":"at","later":{"a":["\udc00\ud800"]}}""")]
    [InlineData("""{"access_token":"at","later":{"\ud800":1}}""")]
    [InlineData("""{"access_token":"at","\ud800":1}""")]
    [InlineData("""{"access_token":"at","endpoints":{"later":"\ud800"}}""")]
    public async Task A_key_of_a_later_version_that_is_no_text_does_not_stop_a_write(string content)
    {
        await File.WriteAllTextAsync(_file.Path, content, Ct);

        var problem = await Record.ExceptionAsync(async () =>
        {
            using var held = await Lock();
            held.Write(held.Read()! with { AccessToken = "new" });
        });

        // Refused as damaged when read, or kept when written: but never a crash between the two, when a refresh token is spent.
        if (problem is not null) Assert.Equal(CredentialsFileProblem.Damaged, Assert.IsType<CredentialsFileException>(problem).Problem);
    }

    [LibraryImport("libc", EntryPoint = "lchown", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int ChangeOwnerOfLink(string path, uint user, uint group);
}
