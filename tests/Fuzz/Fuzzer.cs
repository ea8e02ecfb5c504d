using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;
using Microsoft.CodeAnalysis.Runtime;

namespace Fuzz;

/// <summary>Gives a target inputs until one breaks it. An input that makes a statement run for the first time, or fails in a new way, is kept to go on from.</summary>
[ExcludeFromCodeCoverage]
internal static class Fuzzer
{
    private static readonly TimeSpan Hang = TimeSpan.FromSeconds(20);

    public static async Task<string> RunAsync(Target target, int seed, long inputs)
    {
        var progress = new Progress();
        var run = Task.Run(() => Run(target, seed, inputs, progress));
        while (!run.IsCompleted)
        {
            var seen = progress.Done;
            await Task.WhenAny(run, Task.Delay(Hang));
            if (!run.IsCompleted && seen == progress.Done) throw new PropertyException($"{target} hangs: {Show(progress.Input)}");
        }

        return await run;
    }

    private static string Run(Target target, int seed, long inputs, Progress progress)
    {
        var random = new Random(seed);
        var mutator = new Mutator(random, target.Words);
        var corpus = new List<byte[]>();
        var outcomes = new HashSet<string>();
        var reached = 0;
        var start = Stopwatch.GetTimestamp();
        var slowest = TimeSpan.Zero;
        Instrumentation.Forget();
        foreach (var input in target.Seeds) Try(input, always: true);
        while (progress.Done < inputs) Try(mutator.Next(corpus), always: false);
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{target}: {progress.Done} inputs from seed {seed} in {Stopwatch.GetElapsedTime(start).TotalSeconds:0} s, {reached} statements, {corpus.Count} kept, slowest {slowest.TotalMilliseconds:0} ms");

        void Try(byte[] input, bool always)
        {
            progress.Input = input;
            var begin = Stopwatch.GetTimestamp();
            if (Outcome(target, input) is { } broken)
            {
                var small = Shrink(input, candidate => Outcome(target, candidate)?.GetType() == broken.GetType());
                throw new PropertyException($"{target}, seed {seed}, input {progress.Done}: {Outcome(target, small)}\n{Show(small)}");
            }

            if (Stopwatch.GetElapsedTime(begin) is var took && took > slowest) slowest = took;
            progress.Done++;
            var now = Instrumentation.Count();
            if (now <= reached && !always && !(outcomes.Count < 500 && outcomes.Add(Feature.Last))) return;
            reached = now;
            corpus.Add(input);
        }
    }

    private static Exception? Outcome(Target target, byte[] input)
    {
        Feature.Last = "";
        try
        {
            target.Check(input);
            return null;
        }
#pragma warning disable CA1031 // Every one of them is what is looked for.
        catch (Exception broken)
#pragma warning restore CA1031
        {
            return broken;
        }
    }

    private static byte[] Shrink(byte[] input, Func<byte[], bool> isBroken)
    {
        var tries = 0;
        for (var length = input.Length / 2; length > 0; length /= 2)
        {
            for (var at = 0; at + length <= input.Length && tries++ < 5000;)
            {
                byte[] smaller = [.. input.AsSpan(0, at), .. input.AsSpan(at + length)];
                if (isBroken(smaller)) input = smaller;
                else at += length;
            }
        }

        return input;
    }

    private static string Show(byte[] input)
    {
        var text = new StringBuilder("\"");
        foreach (var one in input.AsSpan(0, Math.Min(input.Length, 4000)))
            text.Append(one is >= (byte)' ' and <= (byte)'~' and not (byte)'"' and not (byte)'\\' ? ((char)one).ToString() : string.Create(CultureInfo.InvariantCulture, $"\\x{one:x2}"));
        return text.Append("\" = ").Append(Convert.ToBase64String(input.AsSpan(0, Math.Min(input.Length, 4000)))).ToString();
    }

    private sealed class Progress
    {
        private long _done;

        public long Done
        {
            get => Volatile.Read(ref _done);
            set => Volatile.Write(ref _done, value);
        }

        public byte[] Input { get; set; } = [];
    }
}

/// <summary>How an input ended, for the fuzzer to tell one kind from another where no statement of ours does, as in the framework's reader.</summary>
[ExcludeFromCodeCoverage]
internal static class Feature
{
    [field: ThreadStatic]
    public static string Last { get; set; } = "";

    public static void Note(string kind) => Last = kind.Length > 60 ? kind[..60] : kind;
}
