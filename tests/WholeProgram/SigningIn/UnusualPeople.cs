using System.Text.Json.Nodes;
using LocalService.Hosting;
using LocalService.State;

namespace WholeProgram.SigningIn;

public class UnusualPeople : Situation
{
    private const string Escapes = "\u001b]0;gone\u0007\u001b[2J\u001b[31mred\u202e\u009b2K\r\nstatus: forged@example.com";
    private const string Unicode = "größe-株式会社-🏭";
    private static readonly string Long = new('x', 4000);

    protected override ServiceOptions Options => new()
    {
        People =
        [
            new Person("person-e", Escapes, "") { Memberships = [new("\u001b[2Jorg\nrole: owner", "\u001b[31mad\u202emin")] },
            new Person("person-u", "größe@株式会社.example", "") { Memberships = [new(Unicode, "管理者")] },
            new Person("person-l", "long@example.com", "") { Memberships = [new(Long, Long)] },
        ],
    };

    [Fact]
    public async Task Escape_sequences_move_no_cursor_and_forge_no_line()
    {
        var run = await SignInAsync(Datagen, Escapes);

        Assert.Equal(
            new Run(
                0,
                "status: authenticated\nemail: ]0;gone[2J[31mred2Kstatus: forged@example.com\nactive_org_slug: [2Jorgrole: owner\n",
                Prompts()),
            run);
        Assert.Equal(
            "email: ]0;gone[2J[31mred2Kstatus: forged@example.com\nactive_org_slug: [2Jorgrole: owner\nrole: [31madmin\n",
            (await Datagen.RunAsync("auth", "status")).StandardOutput);
        Assert.Equal(
            "active_org_slug: [2Jorgrole: owner\nmemberships:\n  - [2Jorgrole: owner ([31madmin, active)\n",
            (await Datagen.RunAsync("auth", "org", "--list")).StandardOutput);
    }

    [Fact]
    public async Task JSON_escapes_what_text_leaves_out()
    {
        var run = await SignInAsync(Datagen, Escapes, "--format", "json");

        Assert.Equal(Escapes, (string?)JsonNode.Parse(run.StandardOutput)!["email"]);
        Assert.DoesNotContain(run.StandardOutput[..^1], character => char.IsControl(character));
        Assert.EndsWith("\n", run.StandardOutput, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Other_scripts_are_shown_as_they_are()
    {
        var run = await SignInAsync(Datagen, "größe@株式会社.example");

        Assert.Equal(
            new Run(0, $"status: authenticated\nemail: größe@株式会社.example\nactive_org_slug: {Unicode}\n", Prompts()), run);
        Assert.Equal(
            new Run(0, $"email: größe@株式会社.example\nactive_org_slug: {Unicode}\nrole: 管理者\n", ""),
            await Datagen.RunAsync("auth", "status"));
        Assert.Equal(
            $$"""{"email":"größe@株式会社.example","active_org_slug":"{{Unicode}}","role":"管理者"}""",
            JsonNode.Parse((await Datagen.RunAsync("auth", "status", "--format", "json")).StandardOutput)!
                .ToJsonString(new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping })
                .Replace("\\uD83C\\uDFED", "🏭", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Text_is_cut_where_JSON_and_file_have_all_of_it()
    {
        var run = await SignInAsync(Datagen, "long@example.com");

        Assert.Equal($"status: authenticated\nemail: long@example.com\nactive_org_slug: {Long[..400]}…\n", run.StandardOutput);
        Assert.Equal(Long, File["active_org_slug"]);
        Assert.Equal(
            $$"""{"email":"long@example.com","active_org_slug":"{{Long}}","role":"{{Long}}"}""" + "\n",
            (await Datagen.RunAsync("auth", "status", "--format", "json")).StandardOutput);
    }
}
