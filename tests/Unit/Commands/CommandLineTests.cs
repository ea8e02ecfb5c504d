using Datagen.Auth;
using Datagen.Console;

namespace Unit.Commands;

/// <summary>What a person types, and the words that the framework then reads.</summary>
public class CommandLineTests
{
    private const string All = """
        Usage: [command] [-h|--help] [--version]

        Commands:
          api            Call the API, {acting}. Example: {name} api /v1
          auth login     Sign in
          auth org       List organizations
          completion     Print a script
        """;

    private const string Api = """
        Usage: api [arguments...] [options...] [-h|--help] [--version]

        Call the API, {acting}. More of it. Example: {name} api /v1 Example: {name} api /v2

        Arguments:
          [0] <string>    path: What to ask for

        Options:
          -X, --method <string?>      method: The method: GET unless told [Default: null]
          -H, --header <string[]?>    header: A header, as 'Name: value' [Default: null]
          --paginate                  Ask on
          --format <OutputFormat>     text|json: Format of errors [Default: Text]
        """;

    private const string Completion = """
        Usage: completion [arguments...] [-h|--help] [--version]

        Print a script

        Arguments:
          [0] <Shell>    bash|zsh|fish: Your shell
        """;

    private const string Org = """
        Usage: auth org [options...] [-h|--help] [--version]

        List organizations
        """;

    private static HelpTable Table(Product product) => new(product, words => string.Join(' ', words) switch
    {
        var line when line.Split(' ')[0] == "api" => Api,
        var line when line.Split(' ')[0] == "completion" => Completion,
        var line when line.StartsWith("auth org", StringComparison.Ordinal) => Org,
        _ => All,
    });

    private static CommandLine Read(string line) => new(Table(Product.Datagen), line.Split(' ', StringSplitOptions.RemoveEmptyEntries));

    [Theory]
    [InlineData("api /x", "api /x")]
    [InlineData("api --method=PUT /x", "api /x --method PUT")]
    [InlineData("api -XPUT /x", "api /x --method PUT")]
    [InlineData("api -X=PUT /x", "api /x --method PUT")]
    [InlineData("api -X PUT /x", "api /x --method PUT")]
    [InlineData("api /x -Ha:b=c,d", "api /x --header a:b=c,d")]
    [InlineData("api /x -H a:b --header c:d,e -H=f:g", "api /x --header a:b|c:d,e|f:g")]
    [InlineData("api /x --method -7", "api /x --method -7")]
    [InlineData("api -- -x", "api |-x")]
    [InlineData("api /x --", "api /x")]
    [InlineData("api --paginate --paginate=true /x", "api /x --paginate")]
    [InlineData("api --paginate=false /x", "api /x")]
    [InlineData("api --header=--method=x /x", "api /x --header --method=x")]
    public void Becomes_the_words_that_the_framework_reads(string line, string words) =>
        Assert.Equal(words, string.Join(' ', Read(line).Words).Replace(CommandLine.Mark, '|'));

    [Theory]
    [InlineData("api /x --profile work --verbose")]
    [InlineData("--profile work --verbose api /x")]
    [InlineData("--verbose=true api --profile=work /x")]
    public void Options_of_every_command_stand_before_and_after_it(string line)
    {
        var read = Read(line);

        Assert.Equal("api /x", string.Join(' ', read.Words));
        Assert.Equal(("work", true), (read.Profile, read.IsVerbose));
    }

    [Theory]
    [InlineData("api /x -h", "api")]
    [InlineData("api --nothing --help", "api")]
    [InlineData("--help auth", "auth")]
    [InlineData("auth frob --help", "auth")]
    [InlineData("auth", "auth")]
    [InlineData("--verbose", "")]
    public void Help_is_of_the_command_that_the_words_lead_to(string line, string path)
    {
        var read = Read(line);

        Assert.True(read.AsksForHelp);
        Assert.Equal(path, read.Page.Path);
    }

    [Theory]
    [InlineData("apii", "unknown command 'apii' for datagen", "did you mean api?")]
    [InlineData("auth lgin", "unknown command 'lgin' for datagen auth", "did you mean login?")]
    [InlineData("auth -- login", "unknown command 'login' for datagen auth", "run datagen auth --help")]
    [InlineData("api /x --METHOD PUT", "unknown option '--METHOD' for datagen api", "run datagen api --help")]
    [InlineData("api /x -x PUT", "unknown option '-x' for datagen api", "run datagen api --help")]
    [InlineData("api /x --methd=PUT", "unknown option '--methd' for datagen api", "did you mean --method?")]
    [InlineData("api /x --method", "--method needs a method", "run datagen api --help")]
    [InlineData("api /x --method=", "--method needs a method", "run datagen api --help")]
    [InlineData("api /x --method --paginate", "--method needs a method", "run datagen api --help")]
    [InlineData("api /x --method GET --method PUT", "--method is given twice", "run datagen api --help")]
    [InlineData("api /x -X GET --method PUT", "--method is given twice", "run datagen api --help")]
    [InlineData("api /x --format", "--format needs text or json", "run datagen api --help")]
    [InlineData("api /x --format JSON", "--format takes text or json, not JSON", "run datagen api --help")]
    [InlineData("api /x --format 1", "--format takes text or json, not 1", "run datagen api --help")]
    [InlineData("api /x --format text,json", "--format takes text or json, not text,json", "run datagen api --help")]
    [InlineData("api /x --format jsn", "--format takes text or json, not jsn", "did you mean json?")]
    [InlineData("api /x --paginate=maybe", "--paginate takes no value", "run datagen api --help")]
    [InlineData("login", "unknown command 'login' for datagen", "did you mean datagen auth login?")]
    [InlineData("whoami", "unknown command 'whoami' for datagen", "did you mean datagen auth status?")]
    [InlineData("auth help", "unknown command 'help' for datagen auth", "did you mean datagen auth --help?")]
    [InlineData("auth org list", "unexpected argument 'list' for datagen auth org", "did you mean datagen auth org --list?")]
    [InlineData("auth org acme", "unexpected argument 'acme' for datagen auth org", "did you mean datagen auth org --use acme?")]
    [InlineData("api /x --json", "unknown option '--json' for datagen api", "did you mean --format json?")]
    [InlineData("-v", "unknown option '-v' for datagen", "did you mean datagen --version, or --verbose for a trace of requests?")]
    [InlineData("api /x y", "unexpected argument 'y' for datagen api", "run datagen api --help")]
    [InlineData("api", "datagen api needs a path", "run datagen api <path> [options]")]
    [InlineData("completion tcsh", "datagen completion takes bash, zsh or fish, not tcsh", "did you mean bash?")]
    [InlineData("completion 1", "datagen completion takes bash, zsh or fish, not 1", "run datagen completion --help")]
    [InlineData("completion", "datagen completion needs bash, zsh or fish", "run datagen completion <bash|zsh|fish> [options]")]
    [InlineData("--profile ../x api /x", "../x can't be a profile's name", "a name has at most 64 letters, digits, dots, underscores and hyphens, a letter or digit first")]
    public void What_makes_no_sense_is_told_with_what_would(string line, string message, string hint)
    {
        var refused = Assert.Throws<UsageException>(() => Read(line));

        Assert.Equal((message, hint), (refused.Message, refused.Hint));
    }

    [Fact]
    public void A_product_without_organizations_knows_no_command_for_them()
    {
        var refused = Assert.Throws<UsageException>(() => new CommandLine(Table(Product.GenLabZ), ["auth", "org", "--list"]));

        Assert.Equal("unknown command 'org' for genlabz auth", refused.Message);
        Assert.DoesNotContain(Table(Product.GenLabZ).All, page => page.Path == "auth org");
        Assert.Contains(Table(Product.Datagen).All, page => page.Path == "auth org");
    }

    [Fact]
    public void Help_is_wrapped_and_in_the_products_own_words()
    {
        var page = Table(Product.GenLabZ).Page("api");

        Assert.Equal(
            """
            Call the API, signed in

            More of it.

            Usage:
              genlabz api <path> [options]

            Arguments:
              <path>  What to ask for

            Options:
              -X, --method method  The method: GET unless
                                   told
              -H, --header header  A header, as 'Name:
                                   value'
              --paginate           Ask on
              --format text|json   Format of errors
              --profile name       Which of several accounts
                                   on this machine
              --verbose            Trace HTTP requests on
                                   stderr, every secret
                                   redacted
              -h, --help           Show this help

            Examples:
              genlabz api /v1
              genlabz api /v2

            """,
            HelpText.Of(page, 48));
    }
}
