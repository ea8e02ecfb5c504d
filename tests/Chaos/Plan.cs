using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Chaos;

/// <summary>What a run does follows from its seed; how it comes out is up to the machine.</summary>
public static class Plan
{
    public static int Seed { get; } = Number("CHAOS_SEED") ?? 1;

    /// <summary>For how long each of the tests that could go on for ever goes on; null is the short form, a fixed number of times.</summary>
    public static TimeSpan? Length { get; } = Number("CHAOS_SECONDS") is { } seconds ? TimeSpan.FromSeconds(seconds) : null;

    /// <summary>The same choices for the same seed.</summary>
    public static Dice Of(string test) => new(BitConverter.ToUInt64(SHA256.HashData(Encoding.UTF8.GetBytes($"{Seed} {test}"))));

    /// <summary>Counts from 0, up to <paramref name="times"/> in the short form, and in the long one until the time is over.</summary>
    public static IEnumerable<int> Repeat(int times)
    {
        var start = Stopwatch.GetTimestamp();
        for (var i = 0; Length is { } length ? Stopwatch.GetElapsedTime(start) < length : i < times; i++) yield return i;
    }

    /// <summary>A line of figures, for who reads the test's output and, in the long form, for the report.</summary>
    public static void Report(string line)
    {
        line = $"seed {Seed}: {line}";
        TestContext.Current.TestOutputHelper?.WriteLine(line);
        if (Environment.GetEnvironmentVariable("CHAOS_REPORT") is { Length: > 0 } report) File.AppendAllText(report, line + "\n");
    }

    private static int? Number(string variable) =>
        int.TryParse(Environment.GetEnvironmentVariable(variable), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
}

/// <summary>Numbers that the seed alone decides, on every version of the framework (SplitMix64).</summary>
public sealed class Dice(ulong state)
{
    /// <summary>From 0 to less than <paramref name="limit"/>.</summary>
    public int Next(int limit)
    {
        unchecked
        {
            state += 0x9E3779B97F4A7C15;
            var mixed = (state ^ (state >> 30)) * 0xBF58476D1CE4E5B9;
            mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EB;
            return (int)((mixed ^ (mixed >> 31)) % (ulong)limit);
        }
    }
}
