namespace Datagen.Sessions;

/// <summary>One piece of work for all who ask for it meanwhile. It is called off when the last of them gives up, who then waits for its end.</summary>
/// <remarks>A refresh that is given up half way must still store what the server answered: its refresh token is spent.</remarks>
/// <param name="givenUp">Its own; without a timer it needs no disposal.</param>
internal sealed class SharedTask<T>(CancellationTokenSource givenUp)
{
    private readonly Lock _lock = new();
    private readonly TaskCompletionSource<T> _result = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _waiting;
    private bool _isOver;

    /// <summary>Takes part; false where it is over, or was called off.</summary>
    public bool TryJoin()
    {
        lock (_lock)
        {
            if (!_isOver) _waiting++;
            return !_isOver;
        }
    }

    /// <summary>Does the work; for the one who made this.</summary>
    public async Task RunAsync(Func<CancellationToken, Task<T>> work)
    {
        try
        {
            var result = await work(givenUp.Token).ConfigureAwait(false);
            End();
            _result.SetResult(result);
        }
#pragma warning disable CA1031 // Every failure is theirs who wait for it.
        catch (Exception failure)
#pragma warning restore CA1031
        {
            End();
            _result.SetException(failure);
        }

        void End()
        {
            lock (_lock) _isOver = true;
        }
    }

    /// <summary>The result, for one who has joined.</summary>
    public async Task<T> WaitAsync(CancellationToken cancellation)
    {
        try
        {
            return await _result.Task.WaitAsync(cancellation).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            if (IsLastToLeave())
            {
                await givenUp.CancelAsync().ConfigureAwait(false);
                await ((Task)_result.Task).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }

            throw;
        }
    }

    private bool IsLastToLeave()
    {
        lock (_lock)
        {
            _isOver |= --_waiting == 0;
            return _waiting == 0;
        }
    }
}
