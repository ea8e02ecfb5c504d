using System.Text.Json.Nodes;
using LocalService.Observing;

namespace Chaos;

/// <summary>Commands that change the credentials, died in the middle of, and what must be true afterwards.</summary>
public abstract class KillPoint : Situation
{
    private readonly Dictionary<string, string[]> _commands = new()
    {
        ["refresh"] = ["auth", "token", "--refresh"],
        ["switch"] = ["auth", "org", "--use", "test-org"],
        ["sign-in"] = ["auth", "login", "--with-token"],
        ["sign-out"] = ["auth", "logout"],
    };

    protected static IReadOnlyList<string> Kinds { get; } = ["refresh", "switch", "sign-in", "sign-out"];

    /// <summary>Deaths so far.</summary>
    protected int Killed { get; private set; }

    /// <summary>Of these, with the server's rotation behind them.</summary>
    protected int Rotated { get; private set; }

    /// <summary>Of these, with the new token in a temporary file that the next command took up.</summary>
    protected int TakenUp { get; private set; }

    /// <summary>Of these, with the old token spent and the new one nowhere.</summary>
    protected int Lost { get; private set; }

    protected string[] Command(string kind) => _commands[kind];

    /// <summary>A session that works, and the access token of another one for who signs in with that.</summary>
    protected async Task<string> ReadyAsync(string kind)
    {
        if (!File.Exists || File.Json["refresh_token"] is null || !Service.IsActive(File["refresh_token"])) await SignedInAsync();
        if (File["active_org_slug"] == "test-org") File.Set("active_org_slug", "yourcompany");
        Forget();
        return kind == "sign-in" ? (string)(await DirectSignIn.TokensAsync(Service, You, "datagen-cli", Stop))["access_token"]! : "";
    }

    /// <summary>The file is the old one or the new one, nothing piles up, the lock is free, and the next command works.</summary>
    /// <param name="before">The file's content before.</param>
    /// <param name="run">How the command ended, if it was not killed.</param>
    /// <param name="failed">Whether a system call failed under it.</param>
    /// <param name="mayLose">Whether a session may be lost that the server has rotated: else only to a death before the new token was written.</param>
    protected async Task CameThroughAsync(string kind, byte[] before, Run run, bool failed = false, bool mayLose = false)
    {
        var dead = run.ExitCode == 137;
        var isOld = File.Exists && File.Bytes().AsSpan().SequenceEqual(before);
        Killed += dead ? 1 : 0;
        if (!dead) Assert.True(run.ExitCode == 0 || (failed && run.ExitCode is 1 or 3), $"{run}");
        if (!dead && run.ExitCode != 0) (run with { StandardOutput = "" }).IsError(run.ExitCode);
        if (!dead && !failed) Assert.False(isOld);
        File.LockIsFree();
        Assert.InRange(File.Leftovers().Length, 0, dead || failed ? 1 : 0);
        if (!isOld) IsNew(kind, (string?)JsonNode.Parse(before)!["refresh_token"]);

        // A sign-out may have told the server and not yet deleted the file: the next one does both.
        var next = await Datagen.RunAsync(kind == "sign-out" ? ["auth", "logout"] : ["auth", "org", "--use", "yourcompany"]);
        Assert.True(next.ExitCode == 0, next.StandardError);
        Assert.Empty(File.Leftovers());
        if (kind == "sign-out") Assert.False(File.Exists);
        if (kind != "refresh") return;

        // Looked at only now: the server may have been busy with the request of the dead.
        var rotated = Service.Events.Of<RefreshRotated>().Count > 0;
        Rotated += rotated && dead ? 1 : 0;
        if (Service.IsActive(File["refresh_token"]))
        {
            TakenUp += isOld && rotated ? 1 : 0;
            return;
        }

        // What nobody can help: the server has given the new token away, and it never got here.
        Assert.True((dead || mayLose) && isOld && rotated, $"a session was lost without need: {run}");
        Lost++;
        (await Datagen.RunAsync("auth", "token", "--refresh")).IsError(4, "datagen auth login");
    }

    private void IsNew(string kind, string? oldRefreshToken)
    {
        if (kind == "sign-out")
        {
            Assert.False(File.Exists);
            return;
        }

        Assert.Equal(OwnerOnly, File.Mode);
        switch (kind)
        {
            case "refresh":
                Assert.NotEqual(oldRefreshToken, File["refresh_token"]);
                Assert.True(Service.IsActive(File["refresh_token"]));
                break;
            case "switch":
                Assert.Equal(("test-org", oldRefreshToken), (File["active_org_slug"], File["refresh_token"]));
                break;
            default:
                Assert.False(File.Json.ContainsKey("refresh_token"));
                Assert.True(Service.IsActive(File["access_token"]));
                break;
        }
    }
}
