namespace WholeProgram.Hosts;

/// <summary>Under <c>ulimit -v</c>.</summary>
public sealed class AddressSpace : Situation
{
    private const string Enough = "ulimit -v 786432 && exec \"$@\"";

    [Theory]
    [InlineData("--version")]
    [InlineData("auth", "--help")]
    [InlineData("auth", "token")]
    [InlineData("auth", "token", "--refresh")]
    [InlineData("auth", "status")]
    [InlineData("auth", "org", "--list")]
    [InlineData("auth", "doctor")]
    [InlineData("auth", "logout")]
    public async Task With_768_MiB_it_works(params string[] command)
    {
        await SignedInAsync();

        var run = await Datagen.RunInShellAsync(Enough, command);

        Assert.Equal((0, ""), (run.ExitCode, run.StandardError));
    }

    [Fact]
    public async Task With_768_MiB_both_sign_ins_work()
    {
        using var device = Datagen.StartInShell(Enough, "auth", "login");
        await ApproveAsync(device);
        Assert.Equal(0, (await device.ExitAsync(Stop)).ExitCode);

        using var browser = GenLabZ.StartInShell(Enough, "auth", "login");
        using var person = Service.NewBrowser();
        var address = new Uri(await browser.SaysAsync(@"^Open: (\S+)\n", Stop));
        using var page = await person.AuthorizeAndFollowAsync(address, Author, approve: true, Stop);
        Assert.Equal(0, (await browser.ExitAsync(Stop)).ExitCode);
    }

    [Theory]
    [InlineData(700)]
    [InlineData(300)]
    [InlineData(50)]
    public async Task With_less_it_says_so(int mebibytes)
    {
        await SignedInAsync();
        var line = $"ulimit -v {mebibytes << 10} && exec \"$@\"";

        (await Datagen.RunInShellAsync(line, "auth", "token")).IsError(1, "address space", "ulimit -v");
        (await Datagen.RunInShellAsync(line, "auth", "status", "--format", "json")).IsJsonError(1, "failed", "address space", "ulimit -v");
        (await Datagen.RunInShellAsync(line, "auth", "status", "--format=json")).IsJsonError(1, "failed", "address space", "ulimit -v");
        Assert.Empty(Requests);
    }
}
