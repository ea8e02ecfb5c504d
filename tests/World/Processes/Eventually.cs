using System.Diagnostics;

namespace Tests.World;

/// <summary>Waiting for something that another process does.</summary>
public static class Eventually
{
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    public static async Task HappensAsync(Func<bool> condition, Func<string> otherwise, CancellationToken stop = default)
    {
        var start = Stopwatch.GetTimestamp();
        while (!condition())
        {
            if (Stopwatch.GetElapsedTime(start) > Patience) Assert.Fail(otherwise());
            await Task.Delay(TimeSpan.FromMilliseconds(10), stop);
        }
    }
}
