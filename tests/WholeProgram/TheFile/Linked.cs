namespace WholeProgram.TheFile;

/// <summary>credentials.json as a link to something that is no credential: it is the link alone that is acted on.</summary>
public class Linked : Situation
{
    private const UnixFileMode Theirs = OwnerOnly | UnixFileMode.GroupRead | UnixFileMode.OtherRead;
    private readonly List<(string Path, string Content)> _others = [];

    private string Link(string content)
    {
        var target = Home["notes.txt"];
        System.IO.File.WriteAllText(target, content);
        System.IO.File.SetUnixFileMode(target, Theirs);
        File.MakeFolder();
        System.IO.File.CreateSymbolicLink(File.Path, target);
        _others.Add((target, content));
        return target;
    }

    private void OthersAreAsTheyWere() => Assert.All(
        _others, other => Assert.Equal((other.Content, Theirs), (System.IO.File.ReadAllText(other.Path), System.IO.File.GetUnixFileMode(other.Path))));

    [Theory]
    [InlineData("my notes", "auth token")]
    [InlineData("my notes", "auth status")]
    [InlineData("my notes", "auth logout")]
    [InlineData("""{"name":"a program's settings"}""", "auth token --refresh")]
    [InlineData("", "auth org --use test-org")]
    public async Task Is_refused_by_every_command_that_reads(string content, string command)
    {
        var target = Link(content);

        (await Datagen.RunAsync(command.Split(' '))).IsError(1, File.Path, "auth login replaces it");

        OthersAreAsTheyWere();
        Assert.Equal(target, new FileInfo(File.Path).LinkTarget);
        Assert.Empty(Requests);
    }

    [Theory]
    [InlineData("my notes")]
    [InlineData("""{"name":"a program's settings"}""")]
    public async Task Is_deleted_alone_by_logout_local(string content)
    {
        Link(content);

        Assert.Equal(new Run(0, "status: logged_out\n", ""), await Datagen.RunAsync("auth", "logout", "--local"));

        OthersAreAsTheyWere();
        Assert.DoesNotContain("credentials.json", File.Siblings);
    }

    [Fact]
    public async Task Is_replaced_alone_by_a_sign_in()
    {
        Link("my notes");

        Assert.Equal(0, (await SignInAsync(Datagen, You)).ExitCode);

        OthersAreAsTheyWere();
        Assert.Null(new FileInfo(File.Path).LinkTarget);
        Assert.Equal((You, OwnerOnly), (File["email"], File.Mode));
    }

    [Fact]
    public async Task Stays_where_a_sign_in_fails()
    {
        var target = Link("my notes");
        using var login = Datagen.Start("auth", "login");
        await DenyAsync(login);
        Assert.Equal(5, (await login.ExitAsync(Stop)).ExitCode);

        OthersAreAsTheyWere();
        Assert.Equal(target, new FileInfo(File.Path).LinkTarget);
    }

    [Fact]
    public async Task To_a_folder_is_replaced_and_the_folder_stays()
    {
        Directory.CreateDirectory(Home["folder/inside"]);
        File.MakeFolder();
        System.IO.File.CreateSymbolicLink(File.Path, Home["folder"]);

        Assert.Equal(0, (await SignInAsync(Datagen, You)).ExitCode);

        Assert.Null(new FileInfo(File.Path).LinkTarget);
        Assert.True(Directory.Exists(Home["folder/inside"]));
    }

    [Theory]
    [InlineData("auth", "logout", "--local")]
    [InlineData("auth", "login", "--no-browser")]
    public async Task To_a_device_is_acted_on_alone(params string[] command)
    {
        File.MakeFolder();
        System.IO.File.CreateSymbolicLink(File.Path, "/dev/null");

        if (command[1] == "logout") Assert.Equal(0, (await Datagen.RunAsync(command)).ExitCode);
        else Assert.Equal(0, (await SignInAsync(Datagen, You)).ExitCode);

        Assert.Null(new FileInfo(File.Path).LinkTarget);
        Assert.False(System.IO.File.GetAttributes("/dev/null").HasFlag(FileAttributes.Directory));
        Assert.Equal((UnixFileMode)0b110_110_110, System.IO.File.GetUnixFileMode("/dev/null"));
    }

    /// <summary>A folder that people share, in which another user has made the folder of all profiles, or a link in its place.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Of_another_user_in_the_place_of_the_profiles_gets_no_token(bool link)
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "only root can give a link away");
        Directory.CreateDirectory(Home["theirs"]);
        Directory.CreateDirectory(Home["shared"]);
        if (link) System.IO.File.CreateSymbolicLink(Home["shared/profiles"], Home["theirs"]);
        else Directory.CreateDirectory(Home["shared/profiles"]);
        Libc.GiveAway(Home["shared/profiles"], 1);
        var cli = Datagen.With("DATAGEN_CONFIG_DIR", Home["shared"]).With("DATAGEN_PROFILE", "work");

        (await cli.RunAsync("auth", "login")).IsError(1, Home["shared/profiles"], "another user");
        (await cli.RunAsync("auth", "token")).IsError(1, Home["shared/profiles"], "another user");
        (await cli.RunAsync("auth", "logout", "--local")).IsError(1, Home["shared/profiles"], "another user");

        Assert.Empty(Requests);
        Assert.Empty(Directory.GetFileSystemEntries(Home[link ? "theirs" : "shared/profiles"]));
    }
}
