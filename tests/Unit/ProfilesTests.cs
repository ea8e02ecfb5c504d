using Datagen.Auth;
using Datagen.Sessions;
using Datagen.Storage;
using Unit.World;

namespace Unit;

public sealed class ProfilesTests : IDisposable
{
    private readonly TemporaryFolder _home = new();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public void Dispose() => _home.Dispose();

    private SessionOptions Options(string? profile = null, string? token = null) =>
        SessionOptions.From(Product.Datagen, name => name == "DATAGEN_PROFILE" ? profile : null) with { Folder = _home.Path, Token = token };

    private string? InForce(string? profile = null, string? token = null) => Profiles.InForce(Options(profile, token), Product.Datagen);

    private CredentialsFile FileOf(string profile) => Profiles.FileOf(_home.Path, profile, _ => { });

    private async Task Store(string profile)
    {
        using var held = await FileOf(profile).LockAsync(TimeProvider.System, null, Ct);
        held!.Write(new Credential { AccessToken = $"token-of-{profile}" });
    }

    [Theory]
    [InlineData("a")]
    [InlineData("0")]
    [InlineData("work.eu_west-1")]
    [InlineData("a234567890123456789012345678901234567890123456789012345678901234")]
    public void What_can_be_a_name(string name) => Assert.True(Profiles.IsName(name));

    [Theory]
    [InlineData("")]
    [InlineData(".")]
    [InlineData("..")]
    [InlineData("-x")]
    [InlineData("_x")]
    [InlineData("a/b")]
    [InlineData("a b")]
    [InlineData("a\n")]
    [InlineData("ä")]
    [InlineData("a2345678901234567890123456789012345678901234567890123456789012345")]
    public void What_can_not(string name)
    {
        Assert.False(Profiles.IsName(name));
        if (name.Trim() is { Length: > 0 } kept && kept == name)
            Assert.Contains("DATAGEN_PROFILE", Assert.Throws<AuthException>(() => InForce(name)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_environment_goes_before_the_file_and_without_both_none_is_named()
    {
        Assert.Null(InForce());
        File.WriteAllText(_home["active_profile"], "work\n");

        Assert.Equal("work", InForce());
        Assert.Equal("home", InForce(profile: "home"));
        Assert.Equal("default", InForce(profile: "default"));
    }

    [Fact]
    public void A_token_from_the_environment_needs_no_file()
    {
        File.WriteAllText(_home["active_profile"], "../elsewhere\n");

        Assert.Null(InForce(token: "a-token"));
    }

    [Theory]
    [InlineData("")]
    [InlineData("../elsewhere\n")]
    [InlineData("work\nhome\n")]
    public void A_file_that_holds_no_name_is_an_error_that_tells_how_to_mend_it(string content)
    {
        File.WriteAllText(_home["active_profile"], content);

        var error = Assert.Throws<AuthException>(() => InForce());

        Assert.Contains(_home["active_profile"], error.Message, StringComparison.Ordinal);
        Assert.Equal("datagen auth switch NAME writes it anew", error.Hint);
    }

    [Fact]
    public void A_folder_in_place_of_the_file_is_an_error()
    {
        Directory.CreateDirectory(_home["active_profile"]);

        Assert.Equal(CredentialsFileProblem.Unreadable, Assert.Throws<CredentialsFileException>(() => InForce()).Problem);
    }

    [Fact]
    public void A_file_in_place_of_the_folder_is_left_for_others_to_tell()
    {
        File.WriteAllText(_home["file"], "");

        Assert.Null(Profiles.InForce(Options() with { Folder = _home["file"] }, Product.Datagen));
    }

    [Fact]
    public async Task Switching_leaves_a_private_line_and_switching_back_leaves_nothing()
    {
        await Profiles.SwitchAsync(_home.Path, "work", TimeProvider.System, Ct);

        Assert.Equal("work\n", await File.ReadAllTextAsync(_home["active_profile"], Ct));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(_home["active_profile"]));
        await Profiles.SwitchAsync(_home.Path, "default", TimeProvider.System, Ct);
        Assert.Equal(["credentials.lock"], Directory.GetFileSystemEntries(_home.Path).Select(Path.GetFileName));
    }

    [Fact]
    public async Task The_default_one_is_the_file_itself_and_each_other_has_a_folder_and_a_lock()
    {
        await Store("default");
        await Store("work");

        Assert.Equal(
            ["credentials.json", "credentials.lock", "profiles", "profiles/work", "profiles/work/credentials.json", "profiles/work/credentials.lock"],
            Directory.GetFileSystemEntries(_home.Path, "*", SearchOption.AllDirectories)
                .Select(entry => Path.GetRelativePath(_home.Path, entry)).Order(StringComparer.Ordinal));
        Assert.Equal((UnixFileMode)0x1C0, File.GetUnixFileMode(_home["profiles"]));
        Assert.Equal((UnixFileMode)0x1C0, File.GetUnixFileMode(_home["profiles/work"]));
    }

    [Fact]
    public async Task Those_with_a_credential_are_listed_the_default_one_first()
    {
        foreach (var profile in new[] { "zulu", "Alpha", "default", "beta" }) await Store(profile);
        Directory.CreateDirectory(_home["profiles/empty"]);
        Directory.CreateDirectory(_home["profiles/.hidden"]);
        Directory.CreateDirectory(_home["profiles/default"]);
        await File.WriteAllTextAsync(_home["profiles/file"], "", Ct);

        Assert.Equal(["default", "Alpha", "beta", "zulu"], Profiles.WithCredential(_home.Path));
    }

    [Fact]
    public async Task A_profiles_folder_goes_with_its_credential_unless_something_else_is_in_it()
    {
        await Store("work");
        await Store("home");
        await File.WriteAllTextAsync(_home["profiles/home/notes"], "", Ct);
        foreach (var profile in new[] { "work", "home" })
        {
            using var held = await FileOf(profile).LockAsync(TimeProvider.System, null, Ct);
            Assert.True(held!.Delete());
        }

        Assert.False(Directory.Exists(_home["profiles/work"]));
        Assert.Equal(
            ["credentials.lock", "notes"],
            Directory.GetFileSystemEntries(_home["profiles/home"]).Select(Path.GetFileName).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Who_waits_for_the_lock_of_a_profile_that_goes_takes_a_lock_that_others_find()
    {
        await Store("work");
        var held = await FileOf("work").LockAsync(TimeProvider.System, null, Ct);
        var waiting = FileOf("work").LockAsync(TimeProvider.System, null, Ct);
        held!.Delete();
        held.Dispose();

        using var second = await waiting;

        second!.Write(new Credential { AccessToken = "new" });
        Assert.Equal("new", FileOf("work").Read()!.AccessToken);
        using var enough = new CancellationTokenSource(TimeSpan.FromMilliseconds(200));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => FileOf("work").LockAsync(TimeProvider.System, null, enough.Token));
    }

    [Fact]
    public async Task Signing_in_and_out_of_one_profile_at_once_loses_nobody()
    {
        await Task.WhenAll(Enumerable.Range(0, 8).Select(worker => Task.Run(async () =>
        {
            for (var i = 0; i < 40; i++)
            {
                using var held = await FileOf("work").LockAsync(TimeProvider.System, null, Ct);
                held!.Write(new Credential { AccessToken = $"t{worker}-{i}" });
                Assert.Equal($"t{worker}-{i}", held.Read()!.AccessToken); // Nobody else had the lock.
                if (i % 2 == 0) Assert.True(held.Delete());
            }
        })));

        Assert.False(File.Exists(_home["credentials.lock"]));
    }

    [Theory]
    [InlineData(null, "run datagen auth login")]
    [InlineData("work", "run datagen auth login --profile work")]
    [InlineData("default", "run datagen auth login --profile default")]
    public async Task Hints_name_the_profile_that_was_named(string? profile, string hint)
    {
        using var server = new ScriptedServer();
        foreach (var options in new[] { Options(profile), Options() })
        {
            if (options.Profile is null && profile is not null) await File.WriteAllTextAsync(_home["active_profile"], profile, Ct);
            var session = new Session(Product.Datagen, options, server.Client, TimeProvider.System, _ => { });
            var error = await Assert.ThrowsAsync<NotSignedInException>(() => session.GetAccessTokenAsync(cancellation: Ct));
            Assert.Equal(hint, error.Hint);
        }
    }
}
