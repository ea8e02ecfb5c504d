using System.Text.RegularExpressions;

namespace Unit;

/// <summary>Rooms use the rooms below them and no others (CONTRIBUTING.md), as the sources' own words show.</summary>
public sealed partial class ArchitectureTests
{
    private const int LongestFile = 300;

    private static readonly string s_root = Repository.Root;

    // From the top down; each may use what stands below it, and the vocabulary, Datagen.Auth.
    private static readonly string[] s_rooms = ["Commands", "Console", "Doctor", "Sessions", "Flows", "Protocol", "Storage", "Host"];

    private static readonly string[] s_allFolders =
        ["Auth", "Auth/Commands", "Auth/Console", "Auth/Doctor", "Auth/Sessions", "Auth/Flows", "Auth/Protocol", "Storage", "Host", "Trust", "sdk"];

    public static TheoryData<string, string> Rooms => new()
    {
        { "Auth", "" },
        { "Auth/Commands", "Commands Console Doctor Sessions Flows Protocol Storage Host Trust" },
        { "Auth/Console", "Console Sessions Flows Protocol Storage Host Trust" },
        { "Auth/Doctor", "Doctor Sessions Flows Protocol Storage Host" },
        { "Auth/Sessions", "Sessions Flows Protocol Storage Host" },
        { "Auth/Flows", "Flows Protocol Storage Host" },
        { "Auth/Protocol", "Protocol Storage Host" },
        { "Storage", "Storage Host" },
        { "Host", "Host" },
        { "Trust", "Trust Host" },
        { "sdk", "Sessions Flows Protocol Storage Host" },
    };

    [Theory]
    [MemberData(nameof(Rooms))]
    public void A_room_uses_only_what_is_below_it(string folder, string allowed)
    {
        var foreign = FilesIn(folder).SelectMany(file => UsesIn(file).Select(room => $"{Path.GetFileName(file)} uses {room}"))
            .Where(use => !allowed.Split(' ').Contains(use.Split(' ')[^1]));

        Assert.Empty(foreign);
    }

    [Fact]
    public void A_file_is_in_its_rooms_namespace_or_in_the_vocabularys() =>
        Assert.Empty(s_allFolders.SelectMany(folder => FilesIn(folder).Where(file =>
            Namespace().Match(File.ReadAllText(file)) is { Success: true } declared
            && declared.Groups[1].Value is not "Auth" && declared.Groups[1].Value != Path.GetFileName(folder))));

    [Fact]
    public void Only_what_a_generator_completes_is_partial() =>
        Assert.DoesNotContain(Sources(), file => File.ReadAllText(file) is var text
            && PartialType().IsMatch(text) && !text.Contains("[LibraryImport(", StringComparison.Ordinal)
            && PartialType().Count(text) != PartialContext().Count(text));

    [Fact]
    public void Every_import_is_in_Host() =>
        Assert.DoesNotContain(Sources(), file => !file.Contains("/Host/", StringComparison.Ordinal) && Import().IsMatch(File.ReadAllText(file)));

    [Fact]
    public void A_long_file_says_why() =>
        Assert.DoesNotContain(Sources(), file => File.ReadLines(file).Count() > LongestFile && !File.ReadAllText(file).Contains("// Long because", StringComparison.Ordinal));

    [Fact]
    public void The_sources_are_found() => Assert.True(Sources().Count() > 80);

    private static IEnumerable<string> Sources() => s_allFolders.SelectMany(FilesIn);

    private static string[] FilesIn(string folder) => Directory.GetFiles(Path.Combine(s_root, folder), "*.cs");

    // By a using, or by a name that begins with the room's.
    private static IEnumerable<string> UsesIn(string file)
    {
        var code = Comment().Replace(File.ReadAllText(file), "");
        return RoomName().Matches(code).Select(match => match.Groups["room"].Success ? match.Groups["room"].Value : match.Groups[1].Value).Where(room => room == "Trust" || s_rooms.Contains(room)).Distinct();
    }

    [GeneratedRegex(@"(?<!namespace )\bDatagen\.(\w+)|(?<![\w.""])(?<room>Sessions|Flows|Protocol|Storage)\.[A-Z]")]
    private static partial Regex RoomName();

    [GeneratedRegex(@"^namespace Datagen\.(\w+);", RegexOptions.Multiline)]
    private static partial Regex Namespace();

    [GeneratedRegex(@"^[^/\n]*\bpartial (class|record|struct)\b", RegexOptions.Multiline)]
    private static partial Regex PartialType();

    [GeneratedRegex(@"\bpartial class \w+ ?: JsonSerializerContext\b")]
    private static partial Regex PartialContext();

    [GeneratedRegex(@"\[(LibraryImport|DllImport)\(")]
    private static partial Regex Import();

    [GeneratedRegex(@"//[^\n]*")]
    private static partial Regex Comment();
}
