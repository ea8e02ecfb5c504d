namespace Datagen.Protocol;

/// <summary>Connects to the first of several addresses that answers (RFC 8305): one that is silent costs a quarter of a second.</summary>
internal static class AddressRace
{
    /// <summary>How long one address is alone before the next is tried too (RFC 8305 section 5).</summary>
    public static readonly TimeSpan AttemptDelay = TimeSpan.FromMilliseconds(250);

    /// <param name="addresses">In order. The next is tried once the one before has failed, or has had its time; then both are waited for.</param>
    /// <param name="connect">Connects to one.</param>
    /// <param name="clock">Measures the delay.</param>
    /// <param name="cancellation">Calls all off.</param>
    /// <exception cref="Exception">What the last attempt threw, when all have failed.</exception>
    public static async Task<T> FirstAsync<TAddress, T>(
        IReadOnlyList<TAddress> addresses, Func<TAddress, CancellationToken, Task<T>> connect, TimeProvider clock, CancellationToken cancellation)
        where T : IDisposable
    {
        if (addresses.Count == 1) return await connect(addresses[0], cancellation).ConfigureAwait(false);
        using var over = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var running = new List<Task<T>>(addresses.Count);
        try
        {
            for (var next = 0; ;)
            {
                if (next < addresses.Count) running.Add(connect(addresses[next++], over.Token));
                var isLast = next == addresses.Count;
                var done = isLast ? await Task.WhenAny(running).ConfigureAwait(false) : await DoneInTimeAsync().ConfigureAwait(false);
                if (done is null) continue;
                running.Remove(done);
                if (!done.IsCompletedSuccessfully) cancellation.ThrowIfCancellationRequested();
                if (done.IsCompletedSuccessfully || (isLast && running.Count == 0)) return await done.ConfigureAwait(false);
            }
        }
        finally
        {
            await over.CancelAsync().ConfigureAwait(false);
            foreach (var late in running)
            {
                // It was called off; if it has connected all the same, nobody needs it.
                _ = late.ContinueWith(
                    static one => one.Result.Dispose(),
                    CancellationToken.None,
                    TaskContinuationOptions.OnlyOnRanToCompletion | TaskContinuationOptions.ExecuteSynchronously,
                    TaskScheduler.Default);
            }
        }

        // Null where the next address is to be tried as well.
        async Task<Task<T>?> DoneInTimeAsync()
        {
            var time = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            using var timer = clock.CreateTimer(_ => time.TrySetResult(), null, AttemptDelay, Timeout.InfiniteTimeSpan);
            var first = await Task.WhenAny([.. running, time.Task]).ConfigureAwait(false);
            return first as Task<T>;
        }
    }
}
