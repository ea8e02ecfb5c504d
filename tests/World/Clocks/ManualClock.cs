namespace Tests.World;

/// <summary>A clock on which every wait is over at once, and remembered.</summary>
public sealed class ManualClock : TimeProvider
{
    private readonly Lock _lock = new();
    private TimeSpan _elapsed;
    private DateTimeOffset _now = new(2026, 4, 23, 14, 30, 0, TimeSpan.Zero);

    public List<TimeSpan> Waits { get; } = [];

    /// <summary>Called before each wait is over.</summary>
    public Action? OnWait { get; set; }

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override long GetTimestamp() => _elapsed.Ticks;

    public override DateTimeOffset GetUtcNow() => _now;

    /// <summary>Both clocks go on.</summary>
    public void Advance(TimeSpan time)
    {
        lock (_lock)
        {
            _elapsed += time;
            _now += time;
        }
    }

    /// <summary>The wall clock alone is set anew, as after a laptop's sleep or by a time server.</summary>
    public void JumpWallClock(TimeSpan time) => _now += time;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        if (dueTime != Timeout.InfiniteTimeSpan)
        {
            OnWait?.Invoke();
            Waits.Add(dueTime);
            Advance(dueTime);
            ThreadPool.QueueUserWorkItem(_ => callback(state));
        }

        return new Over();
    }

    private sealed class Over : ITimer
    {
        public bool Change(TimeSpan dueTime, TimeSpan period) => false;

        public void Dispose()
        {
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
