using System.Diagnostics;
using LocalService.Faults;

namespace WholeProgram.Session;

public class LockHeldByAnother : Situation
{
    [Fact]
    public async Task Is_waited_for_and_what_the_holder_got_is_used()
    {
        await SignedInAsync();
        File.ExpiresIn(TimeSpan.FromMinutes(-1));
        Started waiting;
        using (Hold())
        {
            waiting = Datagen.Start("auth", "token");
            await Eventually.HappensAsync(() => HasOpen(waiting.Id, File.LockPath), () => waiting.ErrorSoFar, Stop);
            var json = File.Json;
            json["access_token"] = "got-by-the-holder";
            json["expires_at"] = Credentials.Moment(DateTimeOffset.UtcNow.AddHours(1));
            File.Put(json);
        }

        using (waiting)
        {
            Assert.Equal(new Run(0, "got-by-the-holder\n", ""), await waiting.ExitAsync(Stop));
        }

        Assert.Empty(Requests);
    }

    [Fact]
    public async Task Does_not_keep_a_fresh_token_waiting()
    {
        await SignedInAsync();
        using var held = Hold();

        Assert.Equal(new Run(0, File["access_token"] + "\n", ""), await Datagen.RunAsync("auth", "token"));
    }

    [Fact]
    public async Task For_half_a_minute_leaves_a_valid_token_in_use_and_an_expired_one_is_exit_1()
    {
        await SignedInAsync();
        File.ExpiresIn(TimeSpan.FromMinutes(4));
        var before = File.Bytes();
        var expired = new Credentials(Home["expired/credentials.json"]);
        expired.Put(File.Json);
        expired.ExpiresIn(TimeSpan.FromMinutes(-1));
        using var held = Hold();
        using var alsoHeld = Hold(expired);
        var start = Stopwatch.GetTimestamp();

        var runs = await Task.WhenAll(
            Datagen.RunAsync("auth", "token"),
            Datagen.With("DATAGEN_CONFIG_DIR", expired.Folder).RunAsync("auth", "token"));

        Assert.InRange(Stopwatch.GetElapsedTime(start), TimeSpan.FromSeconds(29.9), Eventually.Patience);
        Assert.Equal(new Run(0, File["access_token"] + "\n", ""), runs[0]);
        runs[1].IsError(1, expired.LockPath);
        Assert.Empty(Requests);
        Assert.Equal(before, File.Bytes());
    }

    [Fact]
    public async Task Is_free_as_soon_as_its_holder_is_killed()
    {
        await SignedInAsync();
        File.ExpiresIn(TimeSpan.FromMinutes(-1));
        var before = File.Bytes();
        Service.Faults.Add(new Fault("/token") { Ending = FaultEnding.Drop, Until = Task.Delay(Timeout.Infinite, Stop) });
        using (var refreshing = Datagen.Start("auth", "token"))
        {
            await Eventually.HappensAsync(() => Service.Log.To("/token").Count > 0, () => refreshing.ErrorSoFar, Stop);
            refreshing.Send(Signal.Kill);
            Assert.Equal(new Run(137, "", ""), await refreshing.ExitAsync(Stop));
        }

        Assert.Equal(before, File.Bytes());
        var run = await Datagen.RunAsync("auth", "token");
        Assert.Equal(new Run(0, File["access_token"] + "\n", ""), run);
        Assert.Equal(["POST /token", "POST /token"], Requests);
    }

    // The framework's exclusive sharing is flock(2), which is what the program takes.
    private FileStream Hold(Credentials? file = null) =>
        new((file ?? File).LockPath, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);

    // Only root sees what the program has open: it keeps that private. For others it has got that far after a while.
    private static bool HasOpen(int process, string path) => Environment.IsPrivilegedProcess
        ? Directory.GetFiles($"/proc/{process}/fd").Any(descriptor => new FileInfo(descriptor).LinkTarget == path)
        : DateTime.Now - Process.GetProcessById(process).StartTime > TimeSpan.FromSeconds(2);
}
