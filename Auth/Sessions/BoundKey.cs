using Datagen.Protocol;

namespace Datagen.Sessions;

/// <summary>The key that tokens are bound to, looked for when a proof is needed first: to print a token takes none.</summary>
internal sealed class BoundKey(Func<CancellationToken, Task<DpopProofs>> findAsync)
{
    private volatile DpopProofs? _proofs;

    public BoundKey(DpopProofs proofs)
        : this(_ => Task.FromResult(proofs))
    {
    }

    /// <exception cref="Auth.AuthException">The key is gone, or another one is in its place.</exception>
    public async Task<DpopProofs> ProofsAsync(CancellationToken cancellation) => _proofs ??= await findAsync(cancellation).ConfigureAwait(false);
}
