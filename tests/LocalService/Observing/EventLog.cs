using System.Collections.Concurrent;

namespace LocalService.Observing;

/// <param name="observed">False where nobody looks: a service that runs for weeks must not collect events.</param>
public sealed class EventLog(bool observed)
{
    private readonly ConcurrentQueue<ServiceEvent> events = new();

    public void Add(ServiceEvent happened)
    {
        if (observed)
        {
            events.Enqueue(happened);
        }
    }

    public IReadOnlyList<ServiceEvent> Snapshot() => [.. events];

    public IReadOnlyList<T> Of<T>()
        where T : ServiceEvent => [.. events.OfType<T>()];

    public void Clear() => events.Clear();
}
