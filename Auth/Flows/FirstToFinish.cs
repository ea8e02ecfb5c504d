using Datagen.Auth;

namespace Datagen.Flows;

/// <summary>Several ways to sign in at once: whichever finishes first wins, and the others are called off.</summary>
internal static class FirstToFinish
{
    /// <summary>A way that fails leaves the others going; the last failure is told when none is left, a person's "no" before any other.</summary>
    /// <param name="ways">The ways, in the order they are begun.</param>
    /// <param name="discard">Is given what a way brought that finished all the same when another had won.</param>
    /// <param name="note">Is told of a way that failed while others go on.</param>
    /// <param name="cancellation">Calls all of them off.</param>
    public static async Task<TokenGrant> RunAsync(
        IEnumerable<Func<CancellationToken, Task<TokenGrant>>> ways,
        Func<TokenGrant, Task> discard,
        Action<string>? note,
        CancellationToken cancellation)
    {
        using var over = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var running = ways.Select(way => Begin(way, over.Token)).ToList();
        AuthException? reason = null;
        try
        {
            while (running.Count > 0)
            {
                var first = await Task.WhenAny(running).ConfigureAwait(false);
                running.Remove(first);
                try
                {
                    return await first.ConfigureAwait(false);
                }
                catch (AuthException failure)
                {
                    reason = reason is SignInFailedException ? reason : failure;
                    if (running.Count > 0) note?.Invoke($"{failure.Message}; still waiting for the other way to sign in");
                }
            }
        }
        finally
        {
            await over.CancelAsync().ConfigureAwait(false);
            await ((Task)Task.WhenAll(running)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            foreach (var second in running.Where(way => way.IsCompletedSuccessfully))
                await discard(await second.ConfigureAwait(false)).ConfigureAwait(false);
        }

        throw reason!;
    }

    // One that throws before it first waits has failed like any other.
    private static async Task<TokenGrant> Begin(Func<CancellationToken, Task<TokenGrant>> way, CancellationToken stop) =>
        await way(stop).ConfigureAwait(false);
}
