using System.Collections.Concurrent;

namespace LocalService.Observing;

/// <summary>All requests, in the order in which they arrived.</summary>
public sealed class RequestLog
{
    private readonly ConcurrentQueue<LoggedRequest> requests = new();

    public IReadOnlyList<LoggedRequest> Snapshot() => [.. requests];

    public IReadOnlyList<LoggedRequest> To(string path) => [.. requests.Where(request => request.Path == path)];

    public void Clear() => requests.Clear();

    internal void Add(LoggedRequest request) => requests.Enqueue(request);
}
