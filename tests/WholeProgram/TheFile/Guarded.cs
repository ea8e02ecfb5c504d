namespace WholeProgram.TheFile;

public class Guarded : Situation
{
    [Theory]
    [InlineData(UnixFileMode.OtherRead)]
    [InlineData(UnixFileMode.GroupWrite)]
    [InlineData(UnixFileMode.UserExecute | UnixFileMode.GroupRead | UnixFileMode.OtherRead)]
    public async Task Permissions_that_are_too_wide_are_narrowed_with_a_warning(UnixFileMode more)
    {
        await SignedInAsync();
        System.IO.File.SetUnixFileMode(File.Path, OwnerOnly | more);
        var before = File.Bytes();

        var run = await Datagen.RunAsync("auth", "token");

        Assert.Equal((0, File["access_token"] + "\n"), (run.ExitCode, run.StandardOutput));
        Assert.Matches(@"\Awarning: [^\n]*credentials\.json[^\n]*0600[^\n]*\n\z", run.StandardError);
        Assert.Equal(OwnerOnly, File.Mode);
        Assert.Equal(before, File.Bytes());
        Assert.Equal("", (await Datagen.RunAsync("auth", "token")).StandardError);
    }

    [Fact]
    public async Task A_mode_without_write_is_no_concern()
    {
        await SignedInAsync();
        System.IO.File.SetUnixFileMode(File.Path, UnixFileMode.UserRead);

        Assert.Equal(new Run(0, File["access_token"] + "\n", ""), await Datagen.RunAsync("auth", "token"));

        Assert.Equal(UnixFileMode.UserRead, File.Mode);
    }

    [Fact]
    public async Task A_file_that_may_not_be_written_serves_as_long_as_its_token_lives()
    {
        var stranger = UnprivilegedUser.Of(Datagen, Home);
        await SignedInAsync();
        File.ExpiresIn(TimeSpan.FromMinutes(4));
        System.IO.File.SetUnixFileMode(File.Folder, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        stranger.Owns(Home[".config"], File.Folder, File.Path);
        var before = File.Bytes();

        Assert.Equal(new Run(0, File["access_token"] + "\n", ""), await stranger.RunAsync("auth", "token"));
        (await stranger.RunAsync("auth", "token", "--refresh")).IsError(1, File.Folder, "DATAGEN_CONFIG_DIR", "DATAGEN_TOKEN");
        (await stranger.RunAsync("auth", "org", "--use", "test-org")).IsError(1, File.Folder);
        (await stranger.RunAsync("auth", "logout")).IsError(1, File.Folder);

        Assert.DoesNotContain(Requests, request => request.StartsWith("POST ", StringComparison.Ordinal));
        Assert.Equal(before, File.Bytes());
    }

    [Fact]
    public async Task A_link_is_followed_and_stays_one()
    {
        await SignedInAsync();
        System.IO.File.Move(File.Path, Home["elsewhere.json"]);
        System.IO.File.CreateSymbolicLink(File.Path, Home["elsewhere.json"]);

        Assert.Equal(0, (await Datagen.RunAsync("auth", "org", "--use", "test-org")).ExitCode);

        Assert.Equal(Home["elsewhere.json"], new FileInfo(File.Path).LinkTarget);
        var elsewhere = new Credentials(Home["elsewhere.json"]);
        Assert.Equal(("test-org", OwnerOnly), (elsewhere["active_org_slug"], elsewhere.Mode));
    }

    [Theory]
    [InlineData("auth", "logout")]
    [InlineData("auth", "logout", "--local")]
    public async Task Logging_out_through_a_link_leaves_no_secret_behind(params string[] command)
    {
        await SignedInAsync();
        System.IO.File.Move(File.Path, Home["elsewhere.json"]);
        System.IO.File.CreateSymbolicLink(File.Path, Home["elsewhere.json"]);

        Assert.Equal(new Run(0, "status: logged_out\n", ""), await Datagen.RunAsync(command));

        Assert.False(System.IO.File.Exists(Home["elsewhere.json"]));
        Assert.DoesNotContain("credentials.json", File.Siblings);
    }

    [Fact]
    public async Task A_folder_that_is_shared_keeps_its_mode_and_the_file_is_the_owners_alone()
    {
        const UnixFileMode Shared = (UnixFileMode)0b111_101_101;
        Directory.CreateDirectory(Home["shared"], Shared);
        System.IO.File.SetUnixFileMode(Home["shared"], Shared);
        await System.IO.File.WriteAllTextAsync(Home["shared/notes.txt"], "", Stop);

        await SignInAsync(Datagen.With("DATAGEN_CONFIG_DIR", Home["shared"]), You);

        var file = new Credentials(Home["shared/credentials.json"]);
        Assert.Equal((OwnerOnly, Shared), (file.Mode, file.FolderMode));
    }

    [Fact]
    public async Task A_persons_own_copy_beside_it_is_nobodys_to_delete()
    {
        await SignedInAsync();
        await System.IO.File.WriteAllTextAsync($"{File.Path}.backup", "a copy", Stop);

        Assert.Equal(0, (await Datagen.RunAsync("auth", "org", "--use", "test-org")).ExitCode);
        Assert.Equal(0, (await Datagen.RunAsync("auth", "logout")).ExitCode);

        Assert.Equal(["credentials.json.backup", "credentials.lock"], File.Siblings);
    }

    [Theory]
    [InlineData("auth", "status")]
    [InlineData("auth", "token")]
    [InlineData("auth", "org", "--list")]
    [InlineData("auth", "logout")]
    public async Task Without_a_home_the_error_names_what_stands_in_for_it(params string[] command)
    {
        (await Datagen.Without("HOME").RunAsync(command)).IsError(1, "HOME", "DATAGEN_CONFIG_DIR", "DATAGEN_TOKEN");
        (await Datagen.With("HOME", "").RunAsync(command)).IsError(1, "HOME", "DATAGEN_CONFIG_DIR", "DATAGEN_TOKEN");

        Assert.Empty(Requests);
    }

    [Fact]
    public async Task Without_a_home_DATAGEN_CONFIG_DIR_will_do()
    {
        await SignedInAsync();

        Assert.Equal(
            new Run(0, File["access_token"] + "\n", ""),
            await Datagen.Without("HOME").With("DATAGEN_CONFIG_DIR", File.Folder).RunAsync("auth", "token"));
    }

    [Fact]
    public async Task A_DATAGEN_CONFIG_DIR_that_is_relative_is_meant_from_here()
    {
        await SignedInAsync();

        Assert.Equal(
            new Run(0, File["access_token"] + "\n", ""),
            await Datagen.RunInShellAsync($"cd '{Home.Path}' && DATAGEN_CONFIG_DIR=.config/datagen exec \"$@\"", "auth", "token"));
    }

    [Fact]
    public async Task A_file_of_the_first_document_with_its_four_keys_alone_serves()
    {
        File.Put("""{"token_type":"Bearer","access_token":"bare","email":"you@yourcompany.com","active_org_slug":"yourcompany","stored_at":"2026-04-23T14:30:00Z"}""");

        Assert.Equal(new Run(0, "bare\n", ""), await Datagen.RunAsync("auth", "token"));
    }

    [Fact]
    public async Task A_reader_sees_the_old_file_or_the_new_one_at_any_moment()
    {
        await SignedInAsync();
        var before = (File["access_token"], File["refresh_token"]);
        var seen = new HashSet<(string, string)>();
        var refreshing = Task.Run(() => Datagen.RunAsync("auth", "token", "--refresh"), Stop);

        while (!refreshing.IsCompleted)
        {
            var json = File.Json;
            seen.Add(((string)json["access_token"]!, (string)json["refresh_token"]!));
        }

        Assert.Equal(0, (await refreshing).ExitCode);
        seen.Add((File["access_token"], File["refresh_token"]));
        Assert.Contains(before, seen);
        Assert.Equal(2, seen.Count);
    }
}
