namespace WholeProgram.CommandLine;

public class Errors : Situation
{
    [Theory]
    [InlineData("aut", "aut", "auth")]
    [InlineData("auth lgin", "lgin", "login")]
    [InlineData("auth logoff", "logoff", "logout")]
    [InlineData("auth stats", "stats", "status")]
    [InlineData("auth status --fromat", "--fromat", "--format")]
    [InlineData("auth status --formt=json", "--formt", "--format")]
    [InlineData("auth login --nobrowser", "--nobrowser", "--no-browser")]
    [InlineData("auth logout --locale", "--locale", "--local")]
    [InlineData("auth org --lst", "--lst", "--list")]
    [InlineData("--verison", "--verison", "--version")]
    [InlineData("auth status --verbos", "--verbos", "--verbose")]
    public async Task A_word_that_is_not_known_is_exit_2_and_the_nearest_is_suggested(string line, string typed, string nearest)
    {
        var run = await Datagen.RunAsync(line.Split(' '));

        run.IsError(2, typed);
        Assert.EndsWith($"hint: did you mean {nearest}?\n", run.StandardError, StringComparison.Ordinal);
        Assert.Empty(Requests);
    }

    [Theory]
    [InlineData("frobnicate")]
    [InlineData("auth frobnicate")]
    [InlineData("auth status --frobnicate")]
    [InlineData("auth status frobnicate")]
    [InlineData("auth status -x")]
    [InlineData("auth status -- frobnicate")]
    [InlineData("auth status -- --format")]
    [InlineData("auth status --format xml")]
    [InlineData("auth status --format")]
    [InlineData("auth status --format=")]
    [InlineData("auth status --format JSON")]
    [InlineData("auth status --list")]
    [InlineData("auth org --use")]
    [InlineData("auth token --min-validity")]
    [InlineData("auth logout --local=maybe")]
    [InlineData("auth login --flow")]
    [InlineData("auth login --flow carrier-pigeon")]
    [InlineData("auth login --port 0")]
    [InlineData("auth login --port 65536")]
    [InlineData("auth login --port http")]
    [InlineData("auth status --FORMAT json")]
    [InlineData("auth status --format 1")]
    [InlineData("auth status --format text,json")]
    [InlineData("auth status --format text --format text")]
    [InlineData("auth login --flow Browser")]
    [InlineData("auth org --use --list")]
    [InlineData("auth switch")]
    [InlineData("auth switch work home")]
    [InlineData("auth switch ../work")]
    [InlineData("auth credential git")]
    [InlineData("api")]
    [InlineData("completion")]
    [InlineData("completion 1")]
    [InlineData("--profile")]
    [InlineData("--version auth")]
    [InlineData("auth --version")]
    public async Task A_command_line_that_makes_no_sense_is_exit_2(string line)
    {
        await SignedInAsync();
        var before = File.Bytes();

        var run = await Datagen.RunAsync(line.Split(' '));

        run.IsError(2);
        Assert.Contains("\nhint: ", run.StandardError, StringComparison.Ordinal);
        Assert.Empty(Requests);
        Assert.Equal(before, File.Bytes());
    }

    [Theory]
    [InlineData("auth status --frobnicate --format json")]
    [InlineData("auth status --format=json --frobnicate")]
    [InlineData("auth org --format json")]
    [InlineData("auth frobnicate --format json")]
    [InlineData("--format json")]
    [InlineData("api --format json")]
    [InlineData("auth switch --format json")]
    [InlineData("auth org --format json --use")]
    [InlineData("auth login --flow carrier-pigeon --format json")]
    [InlineData("auth status extra --format=json")]
    public async Task Is_one_line_of_JSON_where_JSON_was_asked_for(string line) =>
        (await Datagen.RunAsync(line.Split(' '))).IsJsonError(2, "usage");

    [Fact]
    public async Task Has_a_message_and_a_hint_in_JSON() =>
        Assert.Equal(
            new Run(4, "", """{"error":{"code":"not_signed_in","message":"you are not signed in","hint":"run datagen auth login"}}""" + "\n"),
            await Datagen.RunAsync("auth", "token", "--format=json"));

    [Fact]
    public async Task Has_a_message_and_a_hint_in_text() =>
        Assert.Equal(
            new Run(4, "", "error: you are not signed in\nhint: run datagen auth login\n"), await Datagen.RunAsync("auth", "token"));

    [Theory]
    [InlineData("\u001b[2Jx")]
    [InlineData("x\u0007\r\nerror: y")]
    [InlineData("--x\u001b[31m")]
    public async Task Shows_no_control_characters_of_the_word_in_the_way(string word)
    {
        var run = await Datagen.RunAsync("auth", "status", word);

        run.IsError(2);
        Assert.DoesNotContain(run.StandardError, character => character != '\n' && char.IsControl(character));
    }

    [Fact]
    public async Task A_word_that_looks_like_a_response_file_is_not_expanded()
    {
        await SignedInAsync();
        await System.IO.File.WriteAllTextAsync(Home["words"], "--list", Stop);

        (await Datagen.RunAsync("auth", "org", $"@{Home["words"]}")).IsError(2, $"@{Home["words"]}");
        (await Datagen.RunAsync("auth", "org", "--use", $"@{Home["words"]}")).IsError(1, $"@{Home["words"]}");
    }

    [Fact]
    public async Task A_slug_that_looks_like_an_option_can_be_given_after_an_equals_sign()
    {
        await SignedInAsync();

        (await Datagen.RunAsync("auth", "org", "--use=--list")).IsError(1, "--list");
    }

    [Theory]
    [InlineData("login", "datagen auth login")]
    [InlineData("logout", "datagen auth logout")]
    [InlineData("whoami", "datagen auth status")]
    [InlineData("version", "datagen --version")]
    [InlineData("help", "datagen --help")]
    [InlineData("auth whoami", "datagen auth status")]
    [InlineData("auth org list", "datagen auth org --list")]
    [InlineData("auth org test-org", "datagen auth org --use test-org")]
    [InlineData("auth status --json", "--format json")]
    [InlineData("auth login --web", "--flow browser")]
    [InlineData("auth login --flow devcie", "device")]
    public async Task What_people_bring_from_elsewhere_is_answered_with_what_it_is_here(string line, string meant)
    {
        var run = await Datagen.RunAsync(line.Split(' '));

        run.IsError(2);
        Assert.EndsWith($"\nhint: did you mean {meant}?\n", run.StandardError, StringComparison.Ordinal);
    }

    [Fact]
    public async Task GenLabZ_knows_no_organizations()
    {
        (await GenLabZ.RunAsync("auth", "org")).IsError(2, "unknown command 'org' for genlabz auth", "hint: ");
        (await GenLabZ.RunAsync("auth", "org", "--list")).IsError(2, "unknown command 'org' for genlabz auth", "hint: ");
        (await GenLabZ.RunAsync("--verbose", "auth", "org", "--use=x", "--format=json")).IsJsonError(2, "usage", "org");
    }

    [Theory]
    [InlineData("auth status --")]
    [InlineData("--verbose=false auth status")]
    [InlineData("--profile default auth status")]
    [InlineData("auth --profile=default status")]
    [InlineData("auth status --profile default --format=text")]
    public async Task What_is_allowed_is_not_refused(string line)
    {
        await SignedInAsync();

        Assert.Equal(
            new Run(0, "email: you@yourcompany.com\nactive_org_slug: yourcompany\nrole: admin\n", ""),
            await Datagen.RunAsync(line.Split(' ')));
    }

    [Fact]
    public async Task Under_any_other_name_it_is_datagen()
    {
        System.IO.File.Copy(Datagen.Program, Home["renamed"]);
        var renamed = Datagen with { Program = Home["renamed"] };

        Assert.Equal(new Run(0, "datagen 1.0.0\n", ""), await renamed.RunAsync("--version"));
        Assert.Equal(new Run(4, "status: no_credential\n", ""), await renamed.RunAsync("auth", "status"));
    }

    [Fact]
    public async Task The_name_it_was_called_by_counts_even_through_a_link_elsewhere()
    {
        System.IO.File.CreateSymbolicLink(Home["genlabz"], Datagen.Program);

        Assert.Equal(new Run(0, "genlabz 1.0.0\n", ""), await (Datagen with { Program = Home["genlabz"] }).RunAsync("--version"));
        Assert.Equal(
            new Run(0, "genlabz 1.0.0\n", ""), await Datagen.With("PATH", $"{Home.Path}:/usr/bin:/bin").RunInShellAsync("exec genlabz --version"));
    }
}
