using System.Globalization;
using Xunit;

[assembly: CollectionBehavior(DisableTestParallelization = true)]

namespace Fuzz;

/// <summary>Foreign bytes, thousands of them here and millions in long.sh.</summary>
public sealed class Tests(ITestOutputHelper output)
{
    public static TheoryData<string> Targets => [.. All.Targets.Select(target => target.Name)];

    [Theory]
    [MemberData(nameof(Targets))]
    public async Task Whatever_comes_what_must_hold_holds(string name)
    {
        var target = All.Targets.Single(target => target.Name == name);
        output.WriteLine(await Fuzzer.RunAsync(target, seed: 1, target.ShortRun));
    }

    /// <summary>Run by long.sh.</summary>
    [Theory(Explicit = true)]
    [MemberData(nameof(Targets))]
    public async Task In_the_long_form(string name)
    {
        var chosen = Environment.GetEnvironmentVariable("FUZZ_TARGETS") is { Length: > 0 } names ? names.Split(',') : [];
        if (chosen.Length > 0 && !chosen.Contains(name)) return;
        var seed = int.Parse(Environment.GetEnvironmentVariable("FUZZ_SEED") ?? "1", CultureInfo.InvariantCulture);
        var millions = double.Parse(Environment.GetEnvironmentVariable("FUZZ_MILLIONS") ?? "1", CultureInfo.InvariantCulture);
        Console.WriteLine(await Fuzzer.RunAsync(All.Targets.Single(target => target.Name == name), seed, (long)(millions * 1e6)));
    }
}
