using System.Text.RegularExpressions;

namespace WholeProgram.CommandLine;

/// <summary>The manual pages, as mandoc(1) reads them.</summary>
public sealed class Manual : IDisposable
{
    private readonly TemporaryFolder _home = new();

    public void Dispose() => _home.Dispose();

    [Theory]
    [InlineData("datagen")]
    [InlineData("genlabz")]
    public async Task Has_a_faultless_page_for_every_command_with_all_its_options(string name)
    {
        var program = Cli.Named(name, _home.Path);
        var mandoc = program with { Program = "/usr/bin/mandoc" };

        Assert.Equal(new Run(0, "", ""), await program.RunAsync("__manual", _home["man"], "2026-11-22"));

        var pages = Directory.GetFiles(_home["man"]).Order(StringComparer.Ordinal).ToList();
        Assert.Contains(_home[$"man/{name}-auth-login.1"], pages);
        Assert.Equal(new Run(0, "", ""), await mandoc.RunAsync(["-Tlint", "-Wwarning", .. pages]));
        foreach (var page in pages)
        {
            var command = Path.GetFileNameWithoutExtension(page).Split('-')[1..];
            var help = (await program.RunAsync([.. command, "--help"])).StandardOutput;
            var shown = (await mandoc.RunAsync("-Tutf8", page)).StandardOutput;
            var plain = Regex.Replace(shown, ".\b", "");
            Assert.Matches(@"(?m)^EXAMPLES$", plain);
            Assert.DoesNotMatch("datagen Factory|genLabZ", plain);
            Assert.All(
                Regex.Matches(help, @"(?m)^  (?:-., )*(--[a-z-]+)").Select(match => match.Groups[1].Value),
                option => Assert.Matches($@"(?m)^ +(-., )?{option}( |$)", plain));
        }
    }
}
