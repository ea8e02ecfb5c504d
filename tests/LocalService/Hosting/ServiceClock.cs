namespace LocalService.Hosting;

/// <summary>The system's time, moved by as much as tests have advanced it. Every lifetime here is measured with it.</summary>
public sealed class ServiceClock : TimeProvider
{
    private long advancedTicks;

    public void Advance(TimeSpan by) => Interlocked.Add(ref advancedTicks, by.Ticks);

    public override DateTimeOffset GetUtcNow() => System.GetUtcNow().AddTicks(Interlocked.Read(ref advancedTicks));
}
