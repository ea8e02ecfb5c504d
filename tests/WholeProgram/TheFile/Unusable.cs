namespace WholeProgram.TheFile;

/// <summary>A credentials file that is not what it should be: told, with exit 1, and left alone except by a new sign-in or <c>logout --local</c>.</summary>
public class Unusable : Situation
{
    public static TheoryData<string> Commands =>
    [
        "auth status",
        "auth token",
        "auth token --refresh",
        "auth org --list",
        "auth org --use test-org",
        "auth logout",
    ];

    public static TheoryData<string> Contents =>
    [
        "",
        "garbage",
        "{",
        "[]",
        "null",
        "\"token\"",
        "{}",
        """{"access_token":""}""",
        """{"access_token":null}""",
        """{"access_token":5}""",
        """{"access_token":{"value":"t"}}""",
        """{"access_token":"t","expires_at":"soon"}""",
        """{"access_token":"t","expires_at":1776958200}""",
        """{"access_token":"t","refresh_token":5}""",
        """{"access_token":"t","groups":"authors"}""",
        """{"access_token":"t","endpoints":"https://id.example"}""",
        """{"access_token":"t"}{"access_token":"t"}""",
        """{"access_token":"t",}""",
        """{"access_token":"two\nlines"}""",
        """{"access_token":"two words"}""",
        """{"access_token":"tökén"}""",
        new string('[', 5000),
    ];

    [Theory]
    [MemberData(nameof(Commands))]
    public async Task Garbage_is_exit_1_for_every_command(string command)
    {
        File.Put("not JSON");

        (await Datagen.RunAsync(command.Split(' '))).IsError(1, File.Path);
        (await Datagen.RunAsync($"{command} --format json".Split(' '))).IsJsonError(1, "failed", File.Path);

        Assert.Equal("not JSON"u8.ToArray(), File.Bytes());
        Assert.Empty(Requests);
    }

    [Theory]
    [MemberData(nameof(Contents))]
    public async Task Content_of_another_shape_is_exit_1(string content)
    {
        File.Put(content);
        var before = File.Bytes();

        (await Datagen.RunAsync("auth", "token")).IsError(1, File.Path, "datagen auth login", "datagen auth logout --local");

        Assert.Equal(before, File.Bytes());
    }

    [Theory]
    [InlineData("two\\nlines")]
    [InlineData("tökén")]
    public async Task A_token_that_no_header_can_carry_is_exit_1_before_any_request(string token)
    {
        File.Put($$"""{"access_token":"{{token}}","issuer":"{{Service.Issuer}}","endpoints":{{DirectSignIn.Endpoints(Service).ToJsonString()}}}""");

        (await Datagen.RunAsync("auth", "status")).IsError(1, File.Path);

        Assert.Empty(Requests);
    }

    [Fact]
    public async Task Bytes_that_are_no_UTF_8_are_exit_1()
    {
        File.MakeFolder();
        byte[] content = [.. "{\"access_token\":\"t\",\"email\":\""u8, 0xff, 0xfe, .. "\"}"u8];
        await System.IO.File.WriteAllBytesAsync(File.Path, content, Stop);
        System.IO.File.SetUnixFileMode(File.Path, OwnerOnly);

        (await Datagen.RunAsync("auth", "token")).IsError(1, File.Path);

        Assert.Equal(content, File.Bytes());
    }

    [Fact]
    public async Task A_file_that_is_too_large_is_exit_1()
    {
        File.Put($$"""{"access_token":"{{new string('a', 2 << 20)}}"}""");
        var before = File.Bytes();

        (await Datagen.RunAsync("auth", "token")).IsError(1, File.Path, "large");

        Assert.Equal(before, File.Bytes());
    }

    [Fact]
    public async Task A_file_without_an_end_is_exit_1()
    {
        File.MakeFolder();
        System.IO.File.CreateSymbolicLink(File.Path, "/dev/zero");

        (await Datagen.RunAsync("auth", "token")).IsError(1, File.Path);
    }

    [Theory]
    [MemberData(nameof(Commands))]
    public async Task A_folder_in_its_place_is_exit_1(string command)
    {
        Directory.CreateDirectory(File.Path);

        (await Datagen.RunAsync(command.Split(' '))).IsError(1, File.Path);

        Assert.True(Directory.Exists(File.Path));
        Assert.Empty(Requests);
    }

    [Fact]
    public async Task A_folder_in_its_place_is_deleted_by_nobody_and_no_hint_says_otherwise()
    {
        Directory.CreateDirectory(Path.Combine(File.Path, "inside"));

        var run = await Datagen.RunAsync("auth", "logout", "--local");

        run.IsError(1, File.Path);
        Assert.DoesNotContain("replaces it", run.StandardError, StringComparison.Ordinal);
        Assert.True(Directory.Exists(Path.Combine(File.Path, "inside")));
    }

    [Fact]
    public async Task A_link_that_leads_nowhere_is_no_credential()
    {
        File.MakeFolder();
        System.IO.File.CreateSymbolicLink(File.Path, Home["missing/elsewhere.json"]);

        Assert.Equal(new Run(4, "status: no_credential\n", ""), await Datagen.RunAsync("auth", "status"));
    }

    [Theory]
    [InlineData("elsewhere.json")]
    [InlineData("missing/elsewhere.json")]
    public async Task A_link_that_leads_nowhere_is_deleted_by_logout_local(string target)
    {
        File.MakeFolder();
        System.IO.File.CreateSymbolicLink(File.Path, Home[target]);

        Assert.Equal(new Run(0, "status: logged_out\n", ""), await Datagen.RunAsync("auth", "logout", "--local"));

        Assert.DoesNotContain("credentials.json", File.Siblings);
    }

    [Theory]
    [MemberData(nameof(Commands))]
    public async Task A_FIFO_in_its_place_is_exit_1_and_nobody_waits_for_its_writer(string command)
    {
        File.MakeFolder();
        Libc.MakeFifo(File.Path);

        (await Datagen.RunAsync(command.Split(' '))).IsError(1, File.Path);

        Assert.Empty(Requests);
    }

    [Theory]
    [MemberData(nameof(Commands))]
    public async Task Another_users_file_is_exit_1(string command)
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "only root can give a file away");
        await SignedInAsync();
        Libc.GiveAway(File.Path, 1);
        var before = File.Bytes();

        (await Datagen.RunAsync(command.Split(' '))).IsError(1, File.Path, "hint: run this as the user whose file it is");

        Assert.Equal(before, File.Bytes());
        Assert.Empty(Requests);
    }

    [Fact]
    public async Task A_link_of_another_user_is_exit_1()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "only root can give a link away");
        await SignedInAsync();
        System.IO.File.Move(File.Path, Home["elsewhere.json"]);
        System.IO.File.CreateSymbolicLink(File.Path, Home["elsewhere.json"]);
        Libc.GiveAway(File.Path, 1);

        (await Datagen.RunAsync("auth", "token")).IsError(1, File.Path);
    }

    [Fact]
    public async Task A_file_that_may_not_be_read_is_exit_1()
    {
        var stranger = UnprivilegedUser.Of(Datagen, Home);
        await SignedInAsync();
        System.IO.File.SetUnixFileMode(File.Path, UnixFileMode.None);
        stranger.Owns(Home[".config"], File.Folder, File.Path);

        (await stranger.RunAsync("auth", "token")).IsError(1, File.Path);
    }

    [Fact]
    public async Task A_sign_in_mends_it()
    {
        File.Put("not JSON");

        Assert.Equal(0, (await SignInAsync(Datagen, You)).ExitCode);

        Assert.Equal("you@yourcompany.com", File["email"]);
    }

    [Fact]
    public async Task A_failed_sign_in_leaves_it_as_it_was()
    {
        File.Put("not JSON");
        using var login = Datagen.Start("auth", "login");
        await DenyAsync(login);

        Assert.Equal(5, (await login.ExitAsync(Stop)).ExitCode);

        Assert.Equal("not JSON"u8.ToArray(), File.Bytes());
    }

    [Fact]
    public async Task Logout_local_deletes_it()
    {
        File.Put("not JSON");

        Assert.Equal(new Run(0, "status: logged_out\n", ""), await Datagen.RunAsync("auth", "logout", "--local"));

        Assert.False(File.Exists);
    }
}
