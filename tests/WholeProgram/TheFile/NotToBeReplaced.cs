using System.Diagnostics;

namespace WholeProgram.TheFile;

/// <summary>A file or folder in which nothing can be replaced. It is found out before a refresh token is spent and before anyone is asked to sign in.</summary>
public class NotToBeReplaced : Situation
{
    private Task<Run> RunWithMountedFileAsync(params string[] command)
    {
        const string Tool = "/usr/bin/bwrap";
        Assert.SkipUnless(System.IO.File.Exists(Tool), "needs bubblewrap");
        return (Datagen with { Program = Tool }).RunAsync(
            ["--bind", "/", "/", "--dev-bind", "/dev", "/dev", "--bind", File.Path, File.Path, "--", Datagen.Program, .. command]);
    }

    private Task<Run> RunWithFailingCallAsync(string calls, string error, params string[] command)
    {
        const string Tool = "/usr/bin/strace";
        Assert.SkipUnless(System.IO.File.Exists(Tool), "needs strace");
        return (Datagen with { Program = Tool }).RunAsync(["-f", "-o", "/dev/null", "-e", $"inject={calls}:error={error}", Datagen.Program, .. command]);
    }

    private async Task NothingIsSpentAsync(Func<string[], Task<Run>> run, params string[] says)
    {
        await SignedInAsync();
        File.ExpiresIn(TimeSpan.FromMinutes(-1));
        var before = File.Bytes();
        var names = File.Siblings.Append("credentials.lock").Order().ToList();

        (await run(["auth", "token"])).IsError(1, says);
        (await run(["auth", "token", "--refresh"])).IsError(1, says);
        (await run(["auth", "login"])).IsError(1, says);

        Assert.DoesNotContain(Requests, request => request.StartsWith("POST ", StringComparison.Ordinal));
        Assert.Equal(before, File.Bytes());
        Assert.Equal(names, File.Siblings);

        File.ExpiresIn(TimeSpan.FromMinutes(4));
        Assert.Equal(new Run(0, File["access_token"] + "\n", ""), await run(["auth", "token"]));
    }

    [Fact]
    public Task A_file_that_is_mounted_by_itself() => NothingIsSpentAsync(RunWithMountedFileAsync, "mounted by itself", File.Path, "DATAGEN_CONFIG_DIR");

    [Theory]
    [InlineData("rename,renameat,renameat2", "EPERM", "Operation not permitted")]
    [InlineData("rename,renameat,renameat2", "EXDEV", "Invalid cross-device link")]
    [InlineData("fsync", "EINVAL", "Invalid argument")]
    public Task A_call_that_fails(string calls, string error, string says) =>
        NothingIsSpentAsync(command => RunWithFailingCallAsync(calls, error, command), says);

    [Theory]
    [InlineData("rename,renameat,renameat2", "EPERM", "Operation not permitted")]
    [InlineData("fsync", "EINVAL", "Invalid argument")]
    public async Task The_first_sign_in_is_not_begun(string calls, string error, string says)
    {
        (await RunWithFailingCallAsync(calls, error, "auth", "login")).IsError(1, says);

        Assert.Empty(Requests);
        Assert.Equal(["credentials.lock"], File.Siblings);
    }

    [Theory]
    [InlineData("+i", false)]
    [InlineData("+i", true)]
    [InlineData("+a", true)]
    public async Task What_its_attributes_forbid(string attribute, bool ofFolder)
    {
        await SignedInAsync();
        File.ExpiresIn(TimeSpan.FromMinutes(-1));
        await System.IO.File.WriteAllTextAsync(File.LockPath, "", Stop);
        var before = File.Bytes();
        var names = File.Siblings.ToList();
        var path = ofFolder ? File.Folder : File.Path;
        Assert.SkipUnless(await ChangeAttributeAsync(attribute, path), "needs chattr, and a file system that has attributes");
        try
        {
            (await Datagen.RunAsync("auth", "token")).IsError(1, File.Folder);
            (await Datagen.RunAsync("auth", "login")).IsError(1, File.Folder);

            Assert.DoesNotContain(Requests, request => request.StartsWith("POST ", StringComparison.Ordinal));
            Assert.Equal(before, File.Bytes());
            Assert.Equal(names, File.Siblings);
        }
        finally
        {
            Assert.True(await ChangeAttributeAsync(attribute.Replace('+', '-'), path));
        }
    }

    private static async Task<bool> ChangeAttributeAsync(string change, string path)
    {
        if (!System.IO.File.Exists("/usr/bin/chattr")) return false;
        using var tool = Process.Start(new ProcessStartInfo("/usr/bin/chattr", [change, path]) { RedirectStandardError = true })!;
        await tool.WaitForExitAsync(Stop);
        return tool.ExitCode == 0;
    }

    /// <summary>Older container engines answer calls that are newer than their list with EPERM.</summary>
    [Fact]
    public async Task A_call_that_is_not_allowed_is_done_without()
    {
        await SignedInAsync();
        System.IO.File.SetUnixFileMode(File.Path, OwnerOnly | UnixFileMode.OtherRead);

        var run = await RunWithFailingCallAsync("statx", "EPERM", "auth", "token");
        Assert.Equal((0, File["access_token"] + "\n"), (run.ExitCode, run.StandardOutput));
        Assert.Contains("0600", run.StandardError, StringComparison.Ordinal);
        Assert.Equal(0, (await RunWithFailingCallAsync("statx", "EPERM", "auth", "token", "--refresh")).ExitCode);

        Assert.SkipUnless(Environment.IsPrivilegedProcess, "only root can give a file away");
        Libc.GiveAway(File.Path, 1);
        (await RunWithFailingCallAsync("statx", "EPERM", "auth", "token")).IsError(1, "another user", "as the user whose file it is");
    }

    [Theory]
    [InlineData("0177")]
    [InlineData("0277")]
    [InlineData("0777")]
    public async Task A_narrow_umask_shuts_nobody_out(string umask)
    {
        var stranger = UnprivilegedUser.Of(Datagen, Home);
        using var login = stranger.StartInShell($"umask {umask}; exec \"$@\"", "auth", "login");
        await ApproveAsync(login);
        Assert.Equal(0, (await login.ExitAsync(Stop)).ExitCode);

        Assert.Equal((OwnerOnly, OwnerOnly | UnixFileMode.UserExecute), (File.Mode, File.FolderMode));
        Assert.Equal(OwnerOnly | UnixFileMode.UserExecute, System.IO.File.GetUnixFileMode(Home[".config"]));
        using var refresh = stranger.StartInShell($"umask {umask}; exec \"$@\"", "auth", "token", "--refresh");
        Assert.Equal(0, (await refresh.ExitAsync(Stop)).ExitCode);
        Assert.Equal(OwnerOnly, System.IO.File.GetUnixFileMode(File.LockPath));
    }
}
