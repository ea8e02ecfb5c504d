namespace WholeProgram.SigningIn;

/// <summary>What a profile keeps of how it signed in.</summary>
public class Remembered : Situation
{
    private string Settings => Home[".config/datagen/settings.json"];

    [Fact]
    public async Task The_next_sign_in_goes_to_the_same_server_after_a_sign_out_too()
    {
        var cli = Datagen.Without("DATAGEN_ISSUER");
        Assert.Equal(0, (await SignInAsync(cli, You, "--issuer", Service.Issuer, "--scope", "openid email offline_access")).ExitCode);
        Assert.Contains($"\"issuer\": \"{Service.Issuer}\"", await System.IO.File.ReadAllTextAsync(Settings, Stop), StringComparison.Ordinal);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, System.IO.File.GetUnixFileMode(Settings));

        Assert.Equal(0, (await cli.RunAsync("auth", "logout")).ExitCode);
        Assert.True(System.IO.File.Exists(Settings));
        Service.Events.Clear();
        Assert.Equal(0, (await SignInAsync(cli, You)).ExitCode);
    }

    [Fact]
    public async Task An_option_goes_before_a_variable_and_a_variable_before_what_is_remembered()
    {
        var cli = Datagen.Without("DATAGEN_ISSUER");
        await SignInAsync(cli, You, "--issuer", Service.Issuer);

        (await cli.With("DATAGEN_ISSUER", "https://127.0.0.1:1").RunAsync("auth", "login")).IsError(3, "127.0.0.1:1");
        (await cli.With("DATAGEN_ISSUER", Service.Issuer).RunAsync("auth", "login", "--issuer", "https://127.0.0.1:1")).IsError(3, "127.0.0.1:1");
    }

    [Fact]
    public async Task Forgetting_starts_from_the_products_defaults()
    {
        var cli = Datagen.Without("DATAGEN_ISSUER");
        await SignInAsync(cli, You, "--issuer", Service.Issuer);

        (await cli.RunAsync("auth", "login", "--forget")).IsError(3, "datagen.example");
        Assert.True(System.IO.File.Exists(Settings)); // Nothing is written by a sign-in that failed.
    }
}
