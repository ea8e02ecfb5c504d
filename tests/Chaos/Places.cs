namespace Chaos;

/// <summary>Disks that are full, fail, or can't do what others can. What fails is told, and fails before the refresh token is spent.</summary>
public class Places : Situation
{
    private const string AfterItShowThePlace = """
        "$@"; code=$?; cmp "$HOME/before.json" "$DATAGEN_CONFIG_DIR/credentials.json" >&2; ls -A "$DATAGEN_CONFIG_DIR" | grep -v -x -e filler -e credentials.json -e credentials.lock >&2; exit $code
        """;

    /// <summary>A disk of 256 KiB that holds the credential and nothing more.</summary>
    private Task<Run> OnAFullDiskAsync(string afterwards, params string[] arguments)
    {
        Directory.CreateDirectory(Home["disk"]);
        System.IO.File.Copy(File.Path, Home["before.json"], overwrite: true);
        return Datagen.With("DATAGEN_CONFIG_DIR", Home["disk"]).RunInSandboxAsync(
            ["--size", "262144", "--tmpfs", Home["disk"]],
            $"""umask 077; cd "$DATAGEN_CONFIG_DIR" && cp "$HOME/before.json" credentials.json && : >credentials.lock; head -c 1000000 /dev/zero >filler 2>/dev/null; {afterwards}""",
            arguments);
    }

    [Theory]
    [InlineData("auth", "token")]
    [InlineData("auth", "token", "--refresh")]
    [InlineData("auth", "status")]
    public async Task A_full_disk_costs_no_refresh_token(params string[] command)
    {
        await SignedInAsync();
        File.ExpiresIn(TimeSpan.FromMinutes(-1));

        (await OnAFullDiskAsync(AfterItShowThePlace, command)).IsError(1, "No space left on device", "DATAGEN_CONFIG_DIR");

        Assert.Empty(Requests);
    }

    [Fact]
    public async Task On_a_full_disk_a_token_that_is_still_valid_serves()
    {
        await SignedInAsync();
        File.ExpiresIn(TimeSpan.FromMinutes(4));

        Assert.Equal(new Run(0, File["access_token"] + "\n", ""), await OnAFullDiskAsync(AfterItShowThePlace, "auth", "token"));

        Assert.Empty(Requests);
    }

    [Fact]
    public async Task On_a_full_disk_the_organization_stays_what_it_was()
    {
        await SignedInAsync();

        (await OnAFullDiskAsync(AfterItShowThePlace, "auth", "org", "--use", "test-org")).IsError(1, "No space left on device");
    }

    [Fact]
    public async Task A_full_disk_is_told_before_anybody_is_asked_to_sign_in()
    {
        await SignedInAsync();

        (await OnAFullDiskAsync(AfterItShowThePlace, "auth", "login")).IsError(1, "No space left on device");

        Assert.Empty(Requests);
    }

    [Fact]
    public async Task From_a_full_disk_one_can_sign_out()
    {
        await SignedInAsync();

        var run = await OnAFullDiskAsync("\"$@\"; code=$?; ls -A >&2; exit $code", "auth", "logout");

        Assert.Equal(new Run(0, "status: logged_out\n", "credentials.lock\nfiller\n"), run);
        Assert.False(Service.IsActive(File["refresh_token"]));
    }

    [Fact]
    public async Task A_limit_on_the_size_of_files_costs_no_refresh_token()
    {
        await SignedInAsync();
        File.ExpiresIn(TimeSpan.FromMinutes(-1));
        var before = File.Bytes();

        var run = await Datagen.RunInShellAsync("ulimit -f 0; \"$@\"", "auth", "token");

        run.IsError(1, "File too large");
        Assert.Empty(Requests);
        Assert.Equal(before, File.Bytes());
        Assert.Empty(File.Leftovers());
    }

    private Task<Run> ReadOnlyAsync(params string[] command) =>
        Datagen.RunInSandboxAsync(["--ro-bind", File.Folder, File.Folder], "\"$@\"", command);

    [Fact]
    public async Task On_a_disk_that_is_read_only_a_token_that_is_still_valid_serves()
    {
        await SignedInAsync();
        File.ExpiresIn(TimeSpan.FromMinutes(4));

        Assert.Equal(new Run(0, File["access_token"] + "\n", ""), await ReadOnlyAsync("auth", "token"));
        Assert.Equal(0, (await ReadOnlyAsync("auth", "status")).ExitCode);

        Assert.Equal(["GET /userinfo"], Requests);
    }

    [Theory]
    [InlineData("auth", "token")]
    [InlineData("auth", "login")]
    [InlineData("auth", "logout")]
    [InlineData("auth", "logout", "--local")]
    public async Task On_a_disk_that_is_read_only_nothing_is_spent_revoked_or_asked(params string[] command)
    {
        await SignedInAsync();
        File.ExpiresIn(TimeSpan.FromMinutes(-1));
        var before = File.Bytes();

        (await ReadOnlyAsync(command)).IsError(1, "Read-only file system", "DATAGEN_CONFIG_DIR");

        Assert.Empty(Requests);
        Assert.Equal(before, File.Bytes());
    }

    [Theory]
    [InlineData("ENOLCK", 37)]
    [InlineData("EOPNOTSUPP", 95)]
    [InlineData("ENOSYS", 38)]
    public async Task Without_locks_nothing_is_refreshed_and_nobody_is_asked_to_sign_in(string name, int error)
    {
        await SystemCalls.RequireAsync();
        Assert.NotEmpty(name);
        await SignedInAsync();
        File.ExpiresIn(TimeSpan.FromMinutes(4));

        Assert.Equal(new Run(0, File["access_token"] + "\n", ""), await WithoutLocksAsync("auth", "token"));
        File.ExpiresIn(TimeSpan.FromMinutes(-1));
        var before = File.Bytes();
        foreach (var command in (string[])["auth token", "auth login", "auth logout"])
            (await WithoutLocksAsync(command.Split(' '))).IsError(1, "file system has no locks", "DATAGEN_CONFIG_DIR");

        Assert.Empty(Requests);
        Assert.Equal(before, File.Bytes());

        async Task<Run> WithoutLocksAsync(params string[] command) =>
            (await Datagen.RunAtCallAsync(1, "flock", error, "", command)).Run;
    }

    [Fact]
    public async Task A_folder_that_is_a_link_is_followed_and_stays_one()
    {
        await SignedInAsync();
        Directory.Move(File.Folder, Home["elsewhere"]);
        Directory.CreateSymbolicLink(File.Folder, Home["elsewhere"]);
        File.ExpiresIn(TimeSpan.FromMinutes(-1));

        var run = await Datagen.RunAsync("auth", "token");

        Assert.Equal(new Run(0, File["access_token"] + "\n", ""), run);
        Assert.Equal(Home["elsewhere"], new DirectoryInfo(File.Folder).LinkTarget);
        Assert.Equal(["credentials.json", "credentials.lock"], File.Siblings);
    }

    [Fact]
    public async Task A_shared_folder_for_temporary_files_is_not_used()
    {
        await SignedInAsync();
        Directory.CreateDirectory(Home["shared"]);
        using var watcher = new FileSystemWatcher(Home["shared"]);
        var seen = new List<string>();
        watcher.Created += (_, made) => seen.Add(made.FullPath);
        watcher.EnableRaisingEvents = true;

        Assert.Equal(0, (await Datagen.With("TMPDIR", Home["shared"]).RunAsync("auth", "token", "--refresh")).ExitCode);

        // What comes last is seen last.
        await System.IO.File.WriteAllTextAsync(Home["shared/last"], "", Stop);
        await Eventually.HappensAsync(() => seen.Count > 0, () => "nothing was seen", Stop);
        Assert.Equal([Home["shared/last"]], seen);
    }

    [Theory]
    [InlineData("0001-01-01T00:00:00Z", 1)]
    [InlineData("1969-12-31T23:59:59Z", 1)]
    [InlineData("9999-12-31T23:59:59Z", 0)]
    public async Task Whatever_moment_the_file_names_there_is_one_refresh_at_most(string expiresAt, int refreshes)
    {
        await SignedInAsync();
        File.Set("expires_at", expiresAt);

        for (var i = 0; i < 2; i++) Assert.Equal(0, (await Datagen.RunAsync("auth", "token")).ExitCode);

        Assert.Equal(refreshes, Service.Log.To("/token").Count);
    }

    [Theory]
    [InlineData("0")]
    [InlineData("-1")]
    [InlineData("1000000000000")]
    [InlineData("1e300")]
    public async Task Whatever_lifetime_a_refreshed_token_has_it_is_stored_and_printed(string expiresIn)
    {
        await SignedInAsync();
        Changes("/token", "expires_in", expiresIn);

        var run = await Datagen.RunAsync("auth", "token", "--refresh");

        Assert.Equal((0, File["access_token"] + "\n"), (run.ExitCode, run.StandardOutput));
        Assert.True(Service.IsActive(File["refresh_token"]));
        Assert.Single(Service.Log.To("/token"));
        Assert.Equal(0, (await Datagen.RunAsync("auth", "status")).ExitCode);
    }
}
