namespace WholeProgram.SigningIn;

public class NotApproved : Situation
{
    [Fact]
    public async Task A_denial_is_exit_5()
    {
        using var login = Datagen.Start("auth", "login");
        var userCode = await DenyAsync(login);

        (await login.ExitAsync(Stop)).IsErrorAfter(Prompts(userCode), 5, "denied");

        Assert.False(File.Exists);
    }

    [Fact]
    public async Task A_denial_in_JSON_has_the_code_sign_in_failed()
    {
        using var login = Datagen.Start("auth", "login", "--format", "json");
        var prompts = Prompts(await DenyAsync(login));

        var run = await login.ExitAsync(Stop);

        Assert.StartsWith(prompts, run.StandardError, StringComparison.Ordinal);
        (run with { StandardError = run.StandardError[prompts.Length..] }).IsJsonError(5, "sign_in_failed", "denied");
    }

    [Fact]
    public async Task A_denial_leaves_the_old_credential_as_it_was()
    {
        await SignedInAsync("many@example.com");
        var before = File.Bytes();
        using var login = Datagen.Start("auth", "login");
        await DenyAsync(login);

        Assert.Equal(5, (await login.ExitAsync(Stop)).ExitCode);

        Assert.Equal(before, File.Bytes());
    }

    [Fact]
    public async Task A_code_that_expires_is_exit_5()
    {
        Service.Settings.DeviceCodeLifetime = TimeSpan.FromSeconds(3);
        await SignedInAsync("many@example.com");
        var before = File.Bytes();

        var run = await Datagen.RunAsync("auth", "login");

        run.IsErrorAfter(Prompts(), 5, "expired", "hint: ");
        Assert.Equal(before, File.Bytes());
        Assert.InRange(Service.Log.To("/token").Count, 1, 3);
    }

    [Fact]
    public async Task A_code_that_the_server_ends_early_is_exit_5()
    {
        using var login = Datagen.Start("auth", "login");
        await login.UserCodeAsync(Stop);
        Service.Clock.Advance(TimeSpan.FromMinutes(16));

        (await login.ExitAsync(Stop)).IsErrorAfter(Prompts(), 5, "expired", "hint: ");

        Assert.False(File.Exists);
    }
}
