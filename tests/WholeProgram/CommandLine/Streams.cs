namespace WholeProgram.CommandLine;

/// <summary>Standard streams that are full, closed or left by their reader.</summary>
public class Streams : Situation
{
    [Theory]
    [InlineData("auth", "token")]
    [InlineData("auth", "token", "--format=json")]
    [InlineData("auth", "status")]
    [InlineData("auth", "org", "--list")]
    [InlineData("--version")]
    [InlineData("auth", "--help")]
    public async Task An_answer_that_cannot_be_written_is_exit_1(params string[] command)
    {
        await SignedInAsync();

        foreach (var redirection in new[] { ">/dev/full", ">&-" })
        {
            var run = await Datagen.RunInShellAsync($"exec \"$@\" {redirection}", command);

            if (command.Contains("--format=json")) run.IsJsonError(1, "failed");
            else run.IsError(1);
        }
    }

    [Fact]
    public async Task An_answer_for_a_reader_who_has_left_says_nothing_more()
    {
        await SignedInAsync();

        var run = await Datagen.RunInShellAsync("{ \"$@\"; echo $? >&2; } | true", "auth", "token");

        Assert.Equal((0, ""), (run.ExitCode, run.StandardOutput));
        Assert.Matches(@"\A[01]\n\z", run.StandardError); // As the race between the two turns out.
    }

    [Theory]
    [InlineData("2>/dev/full")]
    [InlineData("2>&-")]
    public async Task What_cannot_be_told_on_standard_error_changes_no_exit_code(string redirection)
    {
        await SignedInAsync();
        var token = File["access_token"];
        System.IO.File.SetUnixFileMode(File.Path, OwnerOnly | UnixFileMode.OtherRead);

        Assert.Equal(new Run(0, $"{token}\n", ""), await RunAsync("auth", "token"));
        Assert.Equal(OwnerOnly, File.Mode);
        Assert.Equal(new Run(2, "", ""), await RunAsync("auth", "org"));
        Assert.Equal(new Run(1, "", ""), await RunAsync("auth", "org", "--use", "strangers"));
        Assert.Equal(
            new Run(0, "email: you@yourcompany.com\nactive_org_slug: yourcompany\nrole: admin\n", ""), await RunAsync("auth", "status", "--verbose"));
        Assert.Equal(token, File["access_token"]);

        Task<Run> RunAsync(params string[] command) => Datagen.RunInShellAsync($"exec \"$@\" {redirection}", command);
    }

    [Theory]
    [InlineData("2>/dev/full")]
    [InlineData("2>&-")]
    public async Task A_sign_in_that_can_tell_no_code_still_ends_as_it_should(string redirection)
    {
        Service.Settings.DeviceCodeLifetime = TimeSpan.FromSeconds(2);

        Assert.Equal(new Run(5, "", ""), await Datagen.RunInShellAsync($"exec \"$@\" {redirection}", "auth", "login"));
    }

    [Fact]
    public async Task All_of_them_closed_is_no_reason_to_crash_or_to_write_into_the_file()
    {
        await SignedInAsync();
        File.ExpiresIn(TimeSpan.FromMinutes(-1));
        var before = File["access_token"];

        var run = await Datagen.RunInShellAsync("\"$@\" <&- >&- 2>&-; exit $?", "auth", "token");

        Assert.Equal(1, run.ExitCode);
        Assert.NotEqual(before, File["access_token"]);
        Assert.True(Service.IsActive(File["refresh_token"]));
    }
}
