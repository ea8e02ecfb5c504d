using System.Runtime.InteropServices;
using Datagen.Auth;
using Datagen.Protocol;
using Datagen.Storage;
using Unit.World;

namespace Unit.Storage;

public sealed partial class CredentialsFileTests : IDisposable
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private readonly TemporaryFolder _home = new();
    private readonly List<string> _warnings = [];
    private readonly CredentialsFile _file;
    private readonly string _folder;

    public CredentialsFileTests()
    {
        _folder = _home["config"];
        _file = new CredentialsFile(_folder, _warnings.Add);
    }

    public void Dispose() => _home.Dispose();

    private static Credential Sample(string token = "at") => new()
    {
        AccessToken = token,
        TokenType = "Bearer",
        Email = "you@yourcompany.com",
        ActiveOrgSlug = "yourcompany",
        StoredAt = new DateTimeOffset(2026, 4, 23, 15, 30, 0, TimeSpan.Zero),
        RefreshToken = "a+b/c=",
        Issuer = "https://id.example",
        Endpoints = new Endpoints { TokenEndpoint = "https://id.example/t" },
    };

    private async Task Write(Credential credential)
    {
        using var held = await Lock();
        held.Write(credential);
    }

    private async Task<LockedCredentials> Lock() =>
        (await _file.LockAsync(TimeProvider.System, settled: null, TestContext.Current.CancellationToken))!;

    private void Put(string content)
    {
        Directory.CreateDirectory(_folder);
        File.WriteAllText(_file.Path, content);
        File.SetUnixFileMode(_file.Path, OwnerOnly);
    }

    private CredentialsFileProblem ProblemOfReading() => Assert.Throws<CredentialsFileException>(_file.Read).Problem;

    [Fact]
    public void No_file_is_no_credential()
    {
        Assert.Null(_file.Read());
        Assert.False(Directory.Exists(_folder));
    }

    [Fact]
    public async Task What_is_written_is_read_again()
    {
        await Write(Sample());

        Assert.Equivalent(Sample(), _file.Read());
    }

    [Fact]
    public async Task The_file_reads_as_the_documents_show_it()
    {
        await Write(Sample());

        Assert.Equal(
            """
            {
              "access_token": "at",
              "token_type": "Bearer",
              "email": "you@yourcompany.com",
              "active_org_slug": "yourcompany",
              "stored_at": "2026-04-23T15:30:00Z",
              "refresh_token": "a+b/c=",
              "issuer": "https://id.example",
              "endpoints": {
                "token_endpoint": "https://id.example/t"
              }
            }

            """,
            await File.ReadAllTextAsync(_file.Path, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task File_and_folder_are_the_owners_alone()
    {
        await Write(Sample());

        Assert.Equal(OwnerOnly, File.GetUnixFileMode(_file.Path));
        Assert.Equal(OwnerOnly | UnixFileMode.UserExecute, File.GetUnixFileMode(_folder));
        Assert.Equal(["credentials.json", "credentials.lock"], Directory.GetFiles(_folder).Select(Path.GetFileName).Order());
    }

    [Fact]
    public async Task A_folder_with_other_peoples_files_keeps_its_mode()
    {
        Directory.CreateDirectory(_folder);
        const UnixFileMode Shared = (UnixFileMode)0b111_101_101;
        File.SetUnixFileMode(_folder, Shared);
        await File.WriteAllTextAsync(Path.Combine(_folder, "notes.txt"), "", TestContext.Current.CancellationToken);

        await Write(Sample());

        Assert.Equal(Shared, File.GetUnixFileMode(_folder));
        Assert.Equal(OwnerOnly, File.GetUnixFileMode(_file.Path));
    }

    [Fact]
    public async Task Keys_of_a_later_version_are_kept()
    {
        Put("""{"access_token":"at","later":{"deep":[1,2]},"endpoints":{"token_endpoint":"https://id.example/t","later_endpoint":"x"}}""");

        using (var held = await Lock())
        {
            held.Write(held.Read()! with { ActiveOrgSlug = "test-org" });
        }

        var text = await File.ReadAllTextAsync(_file.Path, TestContext.Current.CancellationToken);
        Assert.Matches("""
            "later": \{\s*"deep": \[\s*1,\s*2\s*\]
            """.Trim(), text);
        Assert.Contains("\"later_endpoint\": \"x\"", text, StringComparison.Ordinal);
        Assert.Contains("\"active_org_slug\": \"test-org\"", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Wide_permissions_are_narrowed_with_a_warning()
    {
        Put("""{"access_token":"at"}""");
        File.SetUnixFileMode(_file.Path, OwnerOnly | UnixFileMode.GroupRead | UnixFileMode.OtherRead);

        Assert.NotNull(_file.Read());

        Assert.Equal(OwnerOnly, File.GetUnixFileMode(_file.Path));
        Assert.Contains("0600", Assert.Single(_warnings), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("{}")]
    [InlineData("""{"access_token":""}""")]
    [InlineData("""{"access_token":null}""")]
    [InlineData("""{"access_token":5}""")]
    [InlineData("""{"access_token":"a\nb: c"}""")]
    [InlineData("""{"access_token":"tökén"}""")]
    [InlineData("""{"access_token":"at","expires_at":"soon"}""")]
    [InlineData("""{"access_token":"at","expires_at":5}""")]
    [InlineData("""{"access_token":"at","groups":"authors"}""")]
    [InlineData("""{"access_token":"at","endpoints":[]}""")]
    [InlineData("""{"access_token":"at"} trailing""")]
    public void A_file_that_is_not_what_it_should_be_is_told_and_left_alone(string content)
    {
        Put(content);

        Assert.Equal(CredentialsFileProblem.Damaged, ProblemOfReading());

        Assert.Equal(content, File.ReadAllText(_file.Path));
    }

    [Fact]
    public void A_file_that_is_too_large_is_refused()
    {
        Put($$"""{"access_token":"{{new string('a', 1 << 20)}}"}""");

        Assert.Equal(CredentialsFileProblem.Damaged, ProblemOfReading());
    }

    [Fact]
    public void A_folder_in_its_place_is_refused()
    {
        Directory.CreateDirectory(_file.Path);

        Assert.Equal(CredentialsFileProblem.Unreadable, ProblemOfReading());
        Assert.Throws<CredentialsFileException>(_file.RequireWritable);
    }

    [Fact]
    public void A_FIFO_in_its_place_is_refused_without_waiting_for_a_writer()
    {
        Directory.CreateDirectory(_folder);
        Assert.Equal(0, MakeFifo(_file.Path, 0x180));

        Assert.Equal(CredentialsFileProblem.Damaged, ProblemOfReading());
    }

    [Fact]
    public void Another_users_file_is_refused()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "only root can give a file away");
        Put("""{"access_token":"at"}""");
        Assert.Equal(0, ChangeOwner(_file.Path, 1, 1));

        Assert.Equal(CredentialsFileProblem.Damaged, ProblemOfReading());
    }

    [Fact]
    public async Task A_link_is_followed_and_stays_a_link()
    {
        Directory.CreateDirectory(_folder);
        var elsewhere = _home["elsewhere.json"];
        File.CreateSymbolicLink(_file.Path, elsewhere);

        await Write(Sample());

        Assert.Equal(elsewhere, new FileInfo(_file.Path).LinkTarget);
        Assert.Equal("at", _file.Read()!.AccessToken);
        Assert.Equal(OwnerOnly, File.GetUnixFileMode(elsewhere));
    }

    [Fact]
    public async Task Deleting_through_a_link_leaves_no_secret_behind_it()
    {
        Directory.CreateDirectory(_folder);
        var elsewhere = _home["elsewhere.json"];
        File.CreateSymbolicLink(_file.Path, elsewhere);
        await Write(Sample());

        using (var held = await Lock())
        {
            Assert.True(held.Delete());
        }

        Assert.False(File.Exists(elsewhere));
        Assert.Null(new FileInfo(_file.Path).LinkTarget);
    }

    [Fact]
    public async Task What_a_killed_writer_left_is_swept_away_by_the_next()
    {
        Directory.CreateDirectory(_folder);
        var leftover = Path.Combine(_folder, "credentials.json.tmp-Ab12Cd");
        await File.WriteAllTextAsync(leftover, "half", TestContext.Current.CancellationToken);

        await Write(Sample());

        Assert.False(File.Exists(leftover));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(5000)] // Killed before the room that was reserved had been given back.
    public async Task What_a_killed_writer_had_written_whole_takes_its_place_after_all(int room)
    {
        await Write(Sample("spent"));
        var leftover = _home["config/credentials.json.tmp-Ab12Cd"];
        await File.WriteAllBytesAsync(leftover, [.. Sample("successor").ToUtf8(), .. new byte[room]], TestContext.Current.CancellationToken);

        using (var held = await Lock()) Assert.Equal("successor", held.Read()!.AccessToken);

        Assert.Equal(OwnerOnly, File.GetUnixFileMode(_file.Path));
        Assert.Equal(Sample("successor").ToUtf8(), await File.ReadAllBytesAsync(_file.Path, TestContext.Current.CancellationToken));
        Assert.False(File.Exists(leftover));
    }

    [Theory]
    [InlineData("")]
    [InlineData("\0\0\0\0")]
    [InlineData("""{"access_token":"half""")]
    [InlineData("""{"access_token":"half"}{""")]
    public async Task What_a_killed_writer_had_written_in_part_goes_and_the_old_file_stays(string part)
    {
        await Write(Sample("old"));
        var leftover = _home["config/credentials.json.tmp-Ab12Cd"];
        await File.WriteAllTextAsync(leftover, part, TestContext.Current.CancellationToken);

        using (var held = await Lock()) Assert.Equal("old", held.Read()!.AccessToken);

        Assert.False(File.Exists(leftover));
    }

    [Fact]
    public async Task What_a_killed_writer_left_does_not_outlive_a_deletion()
    {
        await Write(Sample());
        using (var held = await Lock())
        {
            await File.WriteAllBytesAsync(_home["config/credentials.json.tmp-Ab12Cd"], Sample("revoked").ToUtf8(), TestContext.Current.CancellationToken);
            held.Delete();
        }

        using (var held = await Lock()) Assert.Null(held.Read());
        Assert.False(_file.Exists);
    }

    [Fact]
    public async Task The_lock_has_one_holder_and_the_wait_for_it_is_bounded()
    {
        using var held = await Lock();
        var clock = new ManualClock();

        var problem = await Assert.ThrowsAsync<CredentialsFileException>(() =>
            _file.LockAsync(clock, settled: null, TestContext.Current.CancellationToken));

        Assert.Equal(CredentialsFileProblem.Locked, problem.Problem);
        Assert.InRange(clock.Waits.Sum(wait => wait.TotalSeconds), 30, 30.1);
    }

    [Fact]
    public async Task Who_waits_for_the_lock_goes_on_without_it_once_its_wish_is_fulfilled()
    {
        using var held = await Lock();

        Assert.Null(await _file.LockAsync(new ManualClock(), () => true, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_reader_never_sees_a_broken_file()
    {
        await Write(Sample());
        var done = false;
        var reading = new TaskCompletionSource();
        var reader = Task.Run(
            () =>
            {
                while (!Volatile.Read(ref done))
                {
                    Assert.NotNull(_file.Read());
                    reading.TrySetResult();
                }
            },
            TestContext.Current.CancellationToken);
        await Task.WhenAny(reading.Task, reader);

        for (var i = 0; i < 200; i++) await Write(Sample(new string((char)('a' + (i % 26)), 1 + (i * 50))));
        Volatile.Write(ref done, true);

        await reader;
    }

    [Fact]
    public async Task A_write_that_fails_leaves_what_was_there_and_nothing_else()
    {
        var inTheWay = Path.Combine(_file.Path, "in the way");
        Directory.CreateDirectory(inTheWay);
        using var held = await Lock();

        Assert.Throws<CredentialsFileException>(() => held.Write(Sample()));

        Assert.Equal([inTheWay], Directory.GetFileSystemEntries(_file.Path));
        Assert.Equal(["credentials.lock"], Directory.GetFiles(_folder).Select(Path.GetFileName));
    }

    [Fact]
    public void A_credential_prints_no_secret() =>
        Assert.Equal("credential of you@yourcompany.com", $"{Sample()}");

    [LibraryImport("libc", EntryPoint = "mkfifo", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int MakeFifo(string path, uint mode);

    [LibraryImport("libc", EntryPoint = "chown", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int ChangeOwner(string path, uint user, uint group);
}
