namespace WholeProgram.SigningIn;

/// <summary>What can be known to fail is told before the person is asked for anything.</summary>
public class Prevented : Situation
{
    [Fact]
    public async Task By_DATAGEN_TOKEN()
    {
        await SignedInAsync();
        var before = File.Bytes();

        (await Datagen.With("DATAGEN_TOKEN", "given").RunAsync("auth", "login")).IsError(1, "DATAGEN_TOKEN");

        Assert.Empty(Requests);
        Assert.Equal(before, File.Bytes());
    }

    [Fact]
    public async Task By_DATAGEN_TOKEN_in_JSON()
    {
        (await Datagen.With("DATAGEN_TOKEN", "given").RunAsync("auth", "login", "--format", "json")).IsJsonError(1, "failed", "DATAGEN_TOKEN");

        Assert.Empty(Requests);
    }

    [Fact]
    public async Task By_a_file_where_the_folder_should_be()
    {
        await System.IO.File.WriteAllTextAsync(Home[".config"], "in the way", Stop);

        (await Datagen.RunAsync("auth", "login")).IsError(1, Home[".config/datagen"], "DATAGEN_CONFIG_DIR");

        Assert.Empty(Requests);
        Assert.Equal("in the way", await System.IO.File.ReadAllTextAsync(Home[".config"], Stop));
    }

    [Fact]
    public async Task By_a_folder_where_the_file_should_be()
    {
        Directory.CreateDirectory(Path.Combine(File.Path, "inside"));

        (await Datagen.RunAsync("auth", "login")).IsError(1, File.Path);

        Assert.Empty(Requests);
        Assert.True(Directory.Exists(Path.Combine(File.Path, "inside")));
    }

    [Fact]
    public async Task By_a_folder_that_cannot_be_written()
    {
        var stranger = UnprivilegedUser.Of(Datagen, Home);
        File.MakeFolder();
        System.IO.File.SetUnixFileMode(File.Folder, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        stranger.Owns(Home[".config"], File.Folder);

        (await stranger.RunAsync("auth", "login")).IsError(1, File.Folder, "DATAGEN_CONFIG_DIR");

        Assert.Empty(Requests);
    }

    [Fact]
    public async Task By_a_missing_home()
    {
        (await Datagen.Without("HOME").RunAsync("auth", "login")).IsError(1, "HOME", "DATAGEN_CONFIG_DIR", "DATAGEN_TOKEN");

        Assert.Empty(Requests);
    }
}
