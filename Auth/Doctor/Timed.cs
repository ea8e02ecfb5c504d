using Datagen.Auth;
using Datagen.Protocol;

namespace Datagen.Doctor;

/// <summary>A look at a server, which may take a while, but no longer than <see cref="Patience"/>.</summary>
internal static class Timed
{
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    public static async Task<Check> RunAsync(string name, Func<CancellationToken, Task<Check>> find, CancellationToken cancellation)
    {
        using var bounded = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        bounded.CancelAfter(Patience);
        try
        {
            return await find(bounded.Token).WaitAsync(bounded.Token);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return Check.Failed(name, $"no answer within {Patience.TotalSeconds:0} seconds", "check the network, and the proxy if there is one");
        }
        catch (TooManyRequestsException problem)
        {
            return Check.Warning(name, problem.Message, problem.Hint);
        }
        catch (AuthException problem)
        {
            return Check.Failed(name, problem.Message, problem.Hint);
        }
    }
}
