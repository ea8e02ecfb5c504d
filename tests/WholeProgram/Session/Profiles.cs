using System.Text.Json.Nodes;

namespace WholeProgram.Session;

public class Profiles : Situation
{
    private const string Somebody = "nobody@example.com";

    private Credentials Of(string profile) => new(Home[$".config/datagen/profiles/{profile}/credentials.json"]);

    private string ActiveFile => Home[".config/datagen/active_profile"];

    private static Run Ok(string output) => new(0, output, "");

    private async Task SignedInToAsync(string profile, string email)
    {
        Of(profile).Put(DirectSignIn.Credential(Service, await DirectSignIn.TokensAsync(Service, email, "datagen-cli", Stop), email, "datagen-cli"));
        Forget();
    }

    [Fact]
    public async Task Keep_two_accounts_apart_from_sign_in_to_sign_out()
    {
        await SignedInAsync();
        var before = File.Bytes();

        var login = await SignInAsync(Datagen, Somebody, "--profile", "work");

        Assert.Equal((0, $"status: authenticated\nemail: {Somebody}\nactive_org_slug: none\n"), (login.ExitCode, login.StandardOutput));
        Assert.Equal((OwnerOnly, OwnerOnly | UnixFileMode.UserExecute), (Of("work").Mode, Of("work").FolderMode));
        Assert.Equal(["credentials.json", "credentials.lock", "settings.json"], Of("work").Siblings);
        Assert.Equal(Ok($"email: {Somebody}\nactive_org_slug: none\nrole: none\n"), await Datagen.RunAsync("auth", "status", "--profile", "work"));
        Assert.Equal(Ok(Of("work")["access_token"] + "\n"), await Datagen.RunAsync("--profile=work", "auth", "token"));
        Assert.Equal(Ok(File["access_token"] + "\n"), await Datagen.RunAsync("auth", "token"));
        Assert.Equal(Ok("status: logged_out\n"), await Datagen.RunAsync("auth", "logout", "--profile", "work"));
        Assert.Equal(["credentials.lock", "settings.json"], Of("work").Siblings); // The next sign-in goes to the same server.
        Assert.Equal(before, File.Bytes());
    }

    [Fact]
    public async Task Are_chosen_by_option_then_variable_then_file_then_none()
    {
        await SignedInAsync();
        foreach (var profile in new[] { "a", "b", "c" }) await SignedInToAsync(profile, Somebody);
        var cli = Datagen;
        await TokenIsAsync(File);

        Assert.Equal(Ok($"active_profile: a\nemail: {Somebody}\n"), await cli.RunAsync("auth", "switch", "a"));
        Assert.Equal(("a\n", OwnerOnly), (await System.IO.File.ReadAllTextAsync(ActiveFile, Stop), System.IO.File.GetUnixFileMode(ActiveFile)));
        await TokenIsAsync(Of("a"));
        cli = cli.With("DATAGEN_PROFILE", "b");
        await TokenIsAsync(Of("b"));
        await TokenIsAsync(Of("c"), "--profile", "c");
        await TokenIsAsync(File, "--profile", "default");
        cli = cli.With("DATAGEN_PROFILE", "");
        await TokenIsAsync(Of("a"));

        Assert.Equal(Ok($"active_profile: default\nemail: {You}\n"), await cli.RunAsync("auth", "switch", "default"));
        Assert.False(System.IO.File.Exists(ActiveFile));
        await TokenIsAsync(File);
        Assert.Empty(Requests);

        async Task TokenIsAsync(Credentials file, params string[] options) =>
            Assert.Equal(Ok(file["access_token"] + "\n"), await cli.RunAsync(["auth", "token", .. options]));
    }

    [Fact]
    public async Task Are_listed_without_asking_anybody()
    {
        await SignedInToAsync("work", Somebody);
        await SignedInToAsync("Zulu", You);
        await SignedInAsync();
        Of("broken").Put("{");
        await Datagen.RunAsync("auth", "switch", "work");

        Assert.Equal(
            Ok($"""
                active_profile: work
                profiles:
                  - default: {You}
                  - Zulu: {You}
                  - broken: {Of("broken").Path} can't be used: it is not a JSON object with an access_token and the types that belong there
                  - work: {Somebody} (active)

                """),
            await Datagen.RunAsync("auth", "list"));
        Assert.Contains($"  - Zulu: {You} (active)\n", (await Datagen.RunAsync("auth", "list", "--profile", "Zulu")).StandardOutput, StringComparison.Ordinal);
        Assert.Equal(0, (await Datagen.With("DATAGEN_TOKEN", "a-token").RunAsync("auth", "list")).ExitCode);
        Assert.Empty(Requests);
    }

    [Fact]
    public async Task Are_listed_as_one_JSON_object()
    {
        await SignedInAsync();
        Of("broken").Put("{");

        var run = await Datagen.RunAsync("auth", "list", "--format", "json");

        Assert.Equal((0, ""), (run.ExitCode, run.StandardError));
        var problem = JsonNode.Parse(run.StandardOutput)!["profiles"]![1]!["problem"]!.GetValue<string>();
        Assert.Contains("can't be used", problem, StringComparison.Ordinal);
        Assert.Equal(
            $$"""{"active_profile":"default","profiles":[{"name":"default","email":"{{You}}","active_org_slug":"yourcompany","expires_at":"{{File["expires_at"]}}","active":true},{"name":"broken","email":null,"active_org_slug":null,"expires_at":null,"active":false,"problem":"{{problem}}"}]}""" + "\n",
            run.StandardOutput);
    }

    [Fact]
    public async Task Of_GenLabZ_speak_its_words()
    {
        await SignedInToGenLabZAsync();

        Assert.Equal(Ok($"Active profile: default\nProfiles:\n  - default: {Author} (active)\n"), await GenLabZ.RunAsync("auth", "list"));
        Assert.Equal(Ok($"Active profile: default\nEmail: {Author}\n"), await GenLabZ.RunAsync("auth", "switch", "default"));
        Assert.Equal(
            Ok($$"""{"active_profile":"default","profiles":[{"name":"default","email":"{{Author}}","groups":["authors"],"expires_at":"{{GenLabZFile["expires_at"]}}","active":true}]}""" + "\n"),
            await GenLabZ.RunAsync("auth", "list", "--format=json"));
    }

    [Fact]
    public async Task That_are_none_are_listed_as_none()
    {
        Assert.Equal(Ok("active_profile: default\nprofiles: none\n"), await Datagen.RunAsync("auth", "list"));
        Assert.Equal(Ok("""{"active_profile":"default","profiles":[]}""" + "\n"), await Datagen.RunAsync("auth", "list", "--format", "json"));
        Assert.Empty(File.Siblings);
    }

    [Fact]
    public async Task That_nobody_is_signed_in_to_are_not_switched_to()
    {
        await SignedInToAsync("work", Somebody);
        await Datagen.RunAsync("auth", "switch", "work");
        Of("broken").Put("{");

        (await Datagen.RunAsync("auth", "switch", "home")).IsError(1, "home", "hint: run datagen auth login --profile home\n");
        (await Datagen.RunAsync("auth", "switch", "default", "--format=json")).IsJsonError(1, "failed", "run datagen auth login --profile default");
        (await Datagen.RunAsync("auth", "switch", "broken")).IsError(1, Of("broken").Path, "hint: run datagen auth login --profile broken\n");
        (await Datagen.With("DATAGEN_TOKEN", "a-token").RunAsync("auth", "switch", "work")).IsError(1, "DATAGEN_TOKEN");

        Assert.Equal("work\n", await System.IO.File.ReadAllTextAsync(ActiveFile, Stop));
        Assert.False(Directory.Exists(Of("home").Folder));
    }

    [Fact]
    public async Task Switched_while_a_variable_names_another_are_told_so()
    {
        await SignedInToAsync("work", Somebody);

        var run = await Datagen.With("DATAGEN_PROFILE", "home").RunAsync("auth", "switch", "work", "--format", "json");

        Assert.Equal((0, $$"""{"active_profile":"work","email":"{{Somebody}}"}""" + "\n"), (run.ExitCode, run.StandardOutput));
        Assert.Matches(@"\Awarning: DATAGEN_PROFILE [^\n]*home[^\n]*\n\z", run.StandardError);
    }

    [Theory]
    [InlineData("status", "status: no_credential\n", "")]
    [InlineData("token", "", "hint: run datagen auth login --profile work\n")]
    [InlineData("org --list", "", "hint: run datagen auth login --profile work\n")]
    public async Task That_nobody_is_signed_in_to_are_named_in_hints(string command, string output, string hint)
    {
        await SignedInAsync();
        await System.IO.File.WriteAllTextAsync(ActiveFile, "work\n", Stop);

        var run = await Datagen.RunAsync(["auth", .. command.Split(' ')]);

        Assert.Equal((4, output), (run.ExitCode, run.StandardOutput));
        Assert.EndsWith(hint, run.StandardError, StringComparison.Ordinal);
        Assert.Empty(Requests);
    }

    [Fact]
    public async Task That_are_misspelt_do_not_look_like_a_sign_out()
    {
        await SignedInToAsync("work", Somebody);

        Assert.Equal(
            new Run(4, "status: no_credential\n", "warning: nobody is signed in to the profile wrok; did you mean work?\n"),
            await Datagen.RunAsync("auth", "status", "--profile", "wrok"));
        Assert.Equal(
            new Run(0, "status: no_credential\n", "warning: nobody is signed in to the profile wrok; did you mean work?\n"),
            await Datagen.RunAsync("auth", "logout", "--profile", "wrok"));
        (await Datagen.RunAsync("auth", "token", "--profile", "wrok"))
            .IsError(4, "error: nobody is signed in to the profile wrok\nhint: did you mean work? else run datagen auth login --profile wrok\n");
        (await Datagen.RunAsync("auth", "switch", "wrok")).IsError(1, "hint: did you mean work? else run datagen auth login --profile wrok\n");
        Assert.True(Of("work").Exists);
    }

    [Fact]
    public async Task That_were_switched_to_hand_over_when_they_are_left()
    {
        await SignedInAsync();
        await SignedInToAsync("home", Somebody);
        await SignedInToAsync("work", Somebody);
        await Datagen.RunAsync("auth", "switch", "work");

        Assert.Equal(new Run(0, "status: logged_out\n", "note: the active profile is now default\n"), await Datagen.RunAsync("auth", "logout"));
        Assert.Equal(Ok(File["access_token"] + "\n"), await Datagen.RunAsync("auth", "token"));
        Assert.Equal(Ok("status: logged_out\n"), await Datagen.RunAsync("auth", "logout"));
        await Datagen.RunAsync("auth", "switch", "home");
        Assert.Equal(new Run(0, "status: logged_out\n", "note: the active profile is now default\n"), await Datagen.RunAsync("auth", "logout", "--local"));
        Assert.False(System.IO.File.Exists(ActiveFile));
    }

    [Fact]
    public async Task That_are_left_by_name_change_no_choice()
    {
        await SignedInAsync();
        await SignedInToAsync("work", Somebody);
        await Datagen.RunAsync("auth", "switch", "work");

        Assert.Equal(Ok("status: logged_out\n"), await Datagen.RunAsync("auth", "logout", "--profile", "default"));

        Assert.Equal("work\n", await System.IO.File.ReadAllTextAsync(ActiveFile, Stop));
    }

    [Fact]
    public async Task That_are_broken_name_themselves_in_hints()
    {
        Of("work").Put("{");

        (await Datagen.RunAsync("auth", "status", "--profile", "work"))
            .IsError(1, "hint: datagen auth login --profile work replaces it; datagen auth logout --profile work --local deletes it\n");
        (await Datagen.With("DATAGEN_PROFILE", "work").RunAsync("auth", "token")).IsError(1, "datagen auth login --profile work replaces it");
    }

    [Fact]
    public async Task That_one_signed_out_of_by_many_at_once_end_once()
    {
        await SignedInToAsync("work", Somebody);

        var runs = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => Datagen.RunAsync("auth", "logout", "--profile", "work")));

        Assert.All(runs, run => Assert.Equal((0, ""), (run.ExitCode, run.StandardError)));
        Assert.Equal(1, runs.Count(run => run.StandardOutput == "status: logged_out\n"));
        Assert.Empty(Of("work").Siblings.Except(["credentials.lock"]));
    }

    [Theory]
    [InlineData("..")]
    [InlineData("../x")]
    [InlineData(".hidden")]
    [InlineData("a/b")]
    [InlineData("")]
    [InlineData("a b")]
    [InlineData("ä")]
    public async Task Whose_names_make_no_sense_are_refused(string name)
    {
        await SignedInAsync();
        var before = File.Siblings.ToList();

        (await Datagen.RunAsync("auth", "token", $"--profile={name}")).IsError(2, name.Length > 0 ? "can't be a profile's name" : "--profile");
        (await Datagen.RunAsync("auth", "switch", name)).IsError(2, "can't be a profile's name");
        if (name.Length > 0) (await Datagen.With("DATAGEN_PROFILE", name).RunAsync("auth", "token")).IsError(1, "DATAGEN_PROFILE");
        Assert.Equal(before, File.Siblings);
        await System.IO.File.WriteAllTextAsync(ActiveFile, name, Stop);
        (await Datagen.RunAsync("auth", "token")).IsError(1, ActiveFile, "hint: datagen auth switch NAME writes it anew");
        Assert.Equal(0, (await Datagen.RunAsync("auth", "switch", "default")).ExitCode);
        Assert.Equal(0, (await Datagen.RunAsync("auth", "token")).ExitCode);
    }

    [Theory]
    [InlineData]
    [InlineData("work", "--profile", "work")]
    [InlineData("work", "home")]
    public async Task Are_switched_by_one_name_alone_or_it_is_exit_2(params string[] arguments) =>
        (await Datagen.RunAsync(["auth", "switch", .. arguments])).IsError(2);

    [Fact]
    public async Task Under_an_unreadable_choice_are_still_listed()
    {
        await SignedInAsync();
        Directory.CreateDirectory(ActiveFile);

        var run = await Datagen.RunAsync("auth", "list");

        Assert.Equal((0, $"active_profile: none\nprofiles:\n  - default: {You}\n"), (run.ExitCode, run.StandardOutput));
        Assert.StartsWith($"warning: {ActiveFile}", run.StandardError, StringComparison.Ordinal);
        (await Datagen.RunAsync("auth", "token")).IsError(1, ActiveFile);
    }

    [Fact]
    public async Task Are_refreshed_each_under_a_lock_of_its_own()
    {
        await SignedInAsync();
        await SignedInToAsync("work", Somebody);
        Of("work").ExpiresIn(TimeSpan.FromMinutes(-1));
        var untouched = File.Bytes();

        using var held = Datagen.StartInShell($"exec 9<>'{File.LockPath}'; flock 9; echo held >&2; exec sleep 30");
        await held.SaysAsync("(held)", Stop);
        var runs = await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => Datagen.With("DATAGEN_PROFILE", "work").RunAsync("auth", "token")));

        Assert.All(runs, run => Assert.Equal(Ok(Of("work")["access_token"] + "\n"), run));
        Assert.Single(Service.Log.To("/token"));
        Assert.Equal(untouched, File.Bytes());
    }
}
