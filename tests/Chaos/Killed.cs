using System.Diagnostics;
using LocalService.Faults;

namespace Chaos;

/// <summary>kill -9, at any moment.</summary>
public class Killed : KillPoint
{
    [Fact]
    public async Task At_a_random_moment()
    {
        var dice = Plan.Of(nameof(At_a_random_moment));
        var lasts = new Dictionary<string, int>();
        foreach (var kind in Kinds) lasts[kind] = await HowLongAsync(kind);
        foreach (var i in Plan.Repeat(200))
        {
            var kind = Kinds[dice.Next(Kinds.Count)];
            var token = await ReadyAsync(kind);
            var before = File.Bytes();

            var run = await DieAsync(kind, token, async died =>
            {
                // Some deaths come just after the end.
                await Task.Run(() => Spin(dice.Next(lasts[kind] * 11 / 10)), Stop);
                died();
            });

            await CameThroughAsync(kind, before, run);
        }

        Plan.Report($"killed {Killed} times at random over {string.Join(", ", Kinds)}: after {Rotated} rotations the file was old or new each time, {TakenUp} taken up by the next command, {Lost} lost");
    }

    [Fact]
    public async Task Around_the_moment_at_which_the_server_answers()
    {
        const int Span = 20_000;
        var dice = Plan.Of(nameof(Around_the_moment_at_which_the_server_answers));
        foreach (var i in Plan.Repeat(100))
        {
            var token = await ReadyAsync("refresh");
            var before = File.Bytes();
            var answering = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            // It has rotated, and what follows is the way of the answer.
            Service.Faults.Add(new Fault("/token") { Rewrite = body => { answering.SetResult(); return body; } });

            var run = await DieAsync("refresh", token, async died =>
            {
                await answering.Task.WaitAsync(Eventually.Patience, Stop);
                Spin(dice.Next(Span));
                died();
            });

            await CameThroughAsync("refresh", before, run);
        }

        Plan.Report($"killed {Killed} times within {Span} microseconds of the server's answer to a refresh: {TakenUp} taken up by the next command, {Lost} lost");
    }

    private async Task<Run> DieAsync(string kind, string input, Func<Action, Task> whenAsync)
    {
        using var started = new Started(Datagen.Prepare(Datagen.Program, Command(kind)), input);
        await whenAsync(started.Kill);
        return await started.ExitAsync(Stop);
    }

    private async Task<int> HowLongAsync(string kind)
    {
        var shortest = double.MaxValue;
        for (var i = 0; i < 3; i++)
        {
            var token = await ReadyAsync(kind);
            var start = Stopwatch.GetTimestamp();
            await Datagen.RunWithInputAsync(token, Command(kind));
            shortest = Math.Min(shortest, Stopwatch.GetElapsedTime(start).TotalMicroseconds);
        }

        return (int)shortest;
    }

    // No timer of the system is as fine as this.
    private static void Spin(int microseconds)
    {
        var start = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(start).TotalMicroseconds < microseconds) Thread.SpinWait(20);
    }
}
