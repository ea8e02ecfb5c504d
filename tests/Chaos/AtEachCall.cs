namespace Chaos;

/// <summary>kill -9 just before a system call, and a system call that fails, each call in its turn.</summary>
public class AtEachCall : KillPoint
{
    public static TheoryData<string> Commands => [.. Kinds];

    [Theory]
    [MemberData(nameof(Commands))]
    public async Task The_process_dies(string kind)
    {
        await SystemCalls.RequireAsync();
        // All of them are six hundred a command.
        var calls = Plan.Length is null ? SystemCalls.Changes : "all";
        for (var at = 1; ; at++)
        {
            var token = await ReadyAsync(kind);
            var before = File.Bytes();
            var (run, call) = await Datagen.RunAtCallAsync(at, calls, 0, token, Command(kind));
            await CameThroughAsync(kind, before, run);
            if (call is null) break;
            Assert.Equal(137, run.ExitCode);
        }

        Plan.Report($"{kind} killed at each of {Killed} system calls: after {Rotated} rotations {TakenUp} taken up by the next command, {Lost} lost");
        Assert.True(Killed > 15, $"{Killed} calls");
        if (kind == "refresh") Assert.InRange(TakenUp, 1, int.MaxValue);
    }

    [Theory]
    [InlineData("openat,open", 24, "EMFILE")]
    [InlineData("flock", 5, "EIO")]
    [InlineData("fchmod", 1, "EPERM")]
    [InlineData("pwrite64", 28, "ENOSPC")]
    [InlineData("ftruncate", 5, "EIO")]
    [InlineData("fsync", 5, "EIO")]
    [InlineData("rename,renameat", 122, "EDQUOT")]
    [InlineData("unlink,unlinkat", 30, "EROFS")]
    public async Task The_call_fails(string calls, int error, string name)
    {
        await SystemCalls.RequireAsync();
        var failures = 0;
        foreach (var kind in Kinds)
        {
            for (var at = 1; ; at++)
            {
                var token = await ReadyAsync(kind);
                var before = File.Bytes();
                var (run, call) = await Datagen.RunAtCallAsync(at, calls, error, token, Command(kind));
                // Of a disk that has lied about the room that was reserved, nothing can be expected.
                await CameThroughAsync(kind, before, run, failed: call is not null, mayLose: call == "pwrite64");
                if (call is null) break;
                failures++;
            }
        }

        Plan.Report($"{name} from each of {failures} calls of {calls}: {TakenUp} taken up by the next command, {Lost} lost");
        Assert.InRange(failures, 2, int.MaxValue);
    }
}
