using LocalService.Faults;

namespace WholeProgram.SigningIn;

public class Interrupted : Situation
{
    [Theory]
    [InlineData(Signal.Interrupt, 130)]
    [InlineData(Signal.Terminate, 143)]
    public async Task Stores_nothing(Signal signal, int exitCode)
    {
        using var login = Datagen.Start("auth", "login");
        await login.UserCodeAsync(Stop);

        login.Send(signal);

        Assert.Equal(new Run(exitCode, "", $"{Prompts()}error: interrupted\n"), await login.ExitAsync(Stop));
        Assert.DoesNotContain("credentials.json", File.Siblings);
    }

    [Theory]
    [InlineData(Signal.Interrupt, 130)]
    [InlineData(Signal.Terminate, 143)]
    public async Task Leaves_the_old_credential_as_it_was(Signal signal, int exitCode)
    {
        await SignedInAsync();
        var before = File.Bytes();
        using var login = Datagen.Start("auth", "login");
        await login.UserCodeAsync(Stop);

        login.Send(signal);

        Assert.Equal(exitCode, (await login.ExitAsync(Stop)).ExitCode);
        Assert.Equal(before, File.Bytes());
        Assert.Equal(["credentials.json", "credentials.lock"], File.Siblings);
    }

    [Theory]
    [InlineData(Signal.Interrupt, 130)]
    [InlineData(Signal.Terminate, 143)]
    public async Task Has_the_code_interrupted_in_JSON(Signal signal, int exitCode)
    {
        using var login = Datagen.Start("auth", "login", "--format", "json");
        await login.UserCodeAsync(Stop);

        login.Send(signal);

        Assert.Equal(
            new Run(exitCode, "", Prompts() + """{"error":{"code":"interrupted","message":"interrupted"}}""" + "\n"),
            await login.ExitAsync(Stop));
    }

    [Theory]
    [InlineData("/.well-known/openid-configuration")]
    [InlineData("/device_authorization")]
    [InlineData("/token")]
    [InlineData("/userinfo")]
    public async Task Ends_a_request_that_is_under_way(string path)
    {
        Service.Faults.Add(new Fault(path) { Ending = FaultEnding.Stall });
        using var login = Datagen.Start("auth", "login");
        if (path == "/userinfo") await ApproveAsync(login);
        await Eventually.HappensAsync(() => Service.Log.To(path).Count > 0, () => $"{path} was not asked: {login.ErrorSoFar}", Stop);

        login.Send(Signal.Interrupt);

        var run = await login.ExitAsync(Stop);
        Assert.Equal((130, ""), (run.ExitCode, run.StandardOutput));
        Assert.EndsWith("error: interrupted\n", run.StandardError, StringComparison.Ordinal);
        Assert.DoesNotContain("credentials.json", File.Siblings);
    }

    [Fact]
    public async Task By_ctrl_C_at_a_terminal()
    {
        using var login = Datagen.StartAtTerminal("auth", "login");
        await login.UserCodeAsync(Stop);

        await login.TypeAsync("\u0003");

        var run = await login.ExitAsync(Stop);
        Assert.Equal((130, ""), (run.ExitCode, run.StandardOutput));
        // The terminal itself shows ^C where the progress line was.
        var screen = Screen.After(run.StandardError).Replace("^C", "", StringComparison.Ordinal);
        Assert.Equal($"{Prompts()}error: interrupted\n", screen);
        Assert.DoesNotContain("credentials.json", File.Siblings);
    }

    [Fact]
    public async Task A_status_that_waits_for_the_server_can_be_interrupted_too()
    {
        await SignedInAsync();
        Service.Faults.Add(new Fault("/userinfo") { Ending = FaultEnding.Stall });
        using var status = Datagen.Start("auth", "status");
        await Eventually.HappensAsync(() => Service.Log.To("/userinfo").Count > 0, () => status.ErrorSoFar, Stop);

        status.Send(Signal.Terminate);

        Assert.Equal(new Run(143, "", "error: interrupted\n"), await status.ExitAsync(Stop));
    }
}
