using Datagen.Auth;
using Datagen.Console;

namespace Unit.Commands;

public class OutputTests
{
    private static readonly DateTimeOffset Expiry = new(2026, 4, 23, 15, 30, 0, 999, TimeSpan.Zero);

    private static string Printed(OutputFormat format, Product product, Identity identity, Func<Words, Answer> answer)
    {
        using var results = new StringWriter();
        new Output(format, results, TextWriter.Null).Print(answer(product.Words), identity);
        return results.ToString();
    }

    private static Identity You(string? org = "yourcompany", params string[] groups) =>
        new("you@yourcompany.com", org, org is null ? [] : [new Membership(org, "admin")], groups, Expiry);

    [Fact]
    public void Datagen_speaks_in_lines() =>
        Assert.Equal(
            "email: you@yourcompany.com\nactive_org_slug: yourcompany\nrole: admin\n",
            Printed(OutputFormat.Text, Product.Datagen, You(), words => words.Status));

    [Fact]
    public void GenLabZ_speaks_in_sentences()
    {
        Assert.Equal(
            "Logged in successfully. Token expires at 2026-04-23T15:30:00Z\n",
            Printed(OutputFormat.Text, Product.GenLabZ, You(), words => words.SignedIn));
        Assert.Equal(
            "Email: you@yourcompany.com\nGroups: authors, admins\nExpires: 2026-04-23T15:30:00Z\n",
            Printed(OutputFormat.Text, Product.GenLabZ, You(groups: ["authors", "admins"]), words => words.Status));
    }

    [Fact]
    public void Json_is_one_line_with_the_keys_in_order()
    {
        Assert.Equal(
            """{"status":"authenticated","email":"you@yourcompany.com","groups":["authors"],"expires_at":"2026-04-23T15:30:00Z"}""" + "\n",
            Printed(OutputFormat.Json, Product.GenLabZ, You(groups: "authors"), words => words.SignedIn));
        Assert.Equal(
            """{"email":"you@yourcompany.com","active_org_slug":"yourcompany","role":"admin"}""" + "\n",
            Printed(OutputFormat.Json, Product.Datagen, You(), words => words.Status));
    }

    [Fact]
    public void What_is_not_there_is_none_or_null()
    {
        Assert.Equal(
            "email: you@yourcompany.com\nactive_org_slug: none\nrole: none\n",
            Printed(OutputFormat.Text, Product.Datagen, You(org: null), words => words.Status));
        Assert.Equal(
            """{"email":"you@yourcompany.com","active_org_slug":null,"role":null}""" + "\n",
            Printed(OutputFormat.Json, Product.Datagen, You(org: null), words => words.Status));
        Assert.Equal(
            "Email: none\nGroups: none\nExpires: unknown\n",
            Printed(OutputFormat.Text, Product.GenLabZ, new Identity(null, null, [], [], null), words => words.Status));
        Assert.Equal(
            """{"email":null,"groups":[],"expires_at":null}""" + "\n",
            Printed(OutputFormat.Json, Product.GenLabZ, new Identity(null, null, [], [], null), words => words.Status));
    }

    [Fact]
    public void A_name_can_forge_no_line_no_colour_and_no_other_fact()
    {
        var forged = You() with { Email = "a\nrole: admin\u001b[31m\u202e{role}\u0085\u200b" };

        Assert.Equal(
            "email: arole: admin[31m{role}\nactive_org_slug: yourcompany\nrole: admin\n",
            Printed(OutputFormat.Text, Product.Datagen, forged, words => words.Status));
        Assert.Equal(
            """{"email":"a\nrole: admin\u001B[31m\u202E{role}\u0085\u200B","active_org_slug":"yourcompany","role":"admin"}""" + "\n",
            Printed(OutputFormat.Json, Product.Datagen, forged, words => words.Status));
    }

    [Fact]
    public void An_error_is_two_lines_or_one_of_json()
    {
        var failure = new Failure(4, "not_signed_in", "you are not signed in", "run datagen auth login");
        using var text = new StringWriter();
        using var json = new StringWriter();

        new Output(OutputFormat.Text, TextWriter.Null, text).Print(failure);
        new Output(OutputFormat.Json, TextWriter.Null, json).Print(failure);

        Assert.Equal("error: you are not signed in\nhint: run datagen auth login\n", text.ToString());
        Assert.Equal(
            """{"error":{"code":"not_signed_in","message":"you are not signed in","hint":"run datagen auth login"}}""" + "\n",
            json.ToString());
    }

    [Fact]
    public void What_is_wider_than_the_terminal_breaks_between_words()
    {
        const string Long = "the user code was offered to the terminal for its clipboard";
        using var results = new StringWriter();
        using var messages = new StringWriter();
        var output = new Output(OutputFormat.Text, results, messages) { TellsColumns = stream => stream == 2 ? 40 : 30 };

        output.Note(Long);
        output.Warn("short");
        output.Print(new Failure(1, "failed", Long, "https://id.example/an/address/that/has/no/blank"));
        output.PrintRow($"ok      row: {Long}", 8);

        Assert.Equal(
            """
            note: the user code was offered to the
              terminal for its clipboard
            warning: short
            error: the user code was offered to the
              terminal for its clipboard
            hint:
              https://id.example/an/address/that/has/no/blank

            """,
            messages.ToString());
        Assert.Equal(
            """
            ok      row: the user code was
                    offered to the
                    terminal for its
                    clipboard

            """,
            results.ToString());
    }

    [Fact]
    public void What_no_terminal_shows_stays_one_line()
    {
        using var messages = new StringWriter();
        var warning = string.Join(' ', Enumerable.Repeat("word", 100));

        new Output(OutputFormat.Text, TextWriter.Null, messages).Warn(warning);
        new Output(OutputFormat.Json, TextWriter.Null, messages) { TellsColumns = _ => 20 }.Warn(warning);

        Assert.Equal($"warning: {warning}\nwarning: {warning}\n", messages.ToString());
    }
}
