using Datagen.Auth;
using Datagen.Protocol;
using Datagen.Storage;

namespace Datagen.Sessions;

/// <summary>The keys that tokens are bound to (RFC 9449): one is chosen at a sign-in, and found again by its thumbprint.</summary>
/// <param name="product">Whose words errors use.</param>
/// <param name="options">Which key is wanted.</param>
/// <param name="file">Where one of this program's own is kept; null to keep it in memory alone.</param>
/// <param name="clock">This machine's time.</param>
internal sealed class DpopKeys(Product product, SessionOptions options, DpopKeyFile? file, TimeProvider clock)
{
    /// <summary>What <see cref="SessionOptions.Dpop"/> and <see cref="Credential.DpopKey"/> can be.</summary>
    public const string Off = "off", File = "file", Agent = "agent";

    private volatile FoundKey? _last;

    private static readonly byte[] s_test = "DPoP"u8.ToArray();

    /// <summary>The key for a new sign-in, which has signed a test: what is listed need not be usable. Null where tokens are to be bound to none.</summary>
    /// <param name="supported">The metadata's <c>dpop_signing_alg_values_supported</c>.</param>
    /// <param name="server">The issuer, for messages.</param>
    /// <param name="cancellation">Ends the wait for the person to allow it.</param>
    /// <exception cref="AuthException">The server takes no proofs, or there is no key for it that signs.</exception>
    public async Task<ChosenKey?> ChooseAsync(IReadOnlyCollection<string>? supported, string server, CancellationToken cancellation)
    {
        if (options.Dpop is null or Off) return null;
        if (supported is not { Count: > 0 })
            throw new AuthException(
                $"{Printable.Text(server)} does not bind tokens to a key: its metadata has no dpop_signing_alg_values_supported", $"sign in without --dpop, or with {product.Variable("DPOP")}=off");
        var chosen = options.Dpop switch
        {
            File => ChooseFile(supported, server),
            Agent => await ChooseAgentsAsync(supported, server, cancellation).ConfigureAwait(false),
            var other => throw new AuthException($"{product.Variable("DPOP")} is {Printable.Text(other)}", "it takes off, file or agent"),
        };
        await chosen.Key.SignAsync(s_test, cancellation).ConfigureAwait(false);
        return chosen;
    }

    /// <summary>The key of a session that is there.</summary>
    /// <exception cref="AuthException">It is gone, or another one is in its place.</exception>
    public async Task<ChosenKey> FindAsync(string where, string? thumbprint, string? algorithm, CancellationToken cancellation)
    {
        if (where == Agent)
        {
            var agent = NewAgent();
            var keys = await agent.ListAsync(cancellation).ConfigureAwait(false);
            var key = keys.FirstOrDefault(key => key.Public.Thumbprint == thumbprint)
                ?? throw new AuthException(
                    keys.Count == 0
                        ? "the ssh-agent lists no key that can sign, and this session is bound to one of its keys"
                        : "the ssh-agent does not list the key that this session is bound to",
                    "it may be locked (ssh-add -X), the key may have expired or been removed (ssh-add -l), or SSH_AUTH_SOCK may name another agent");
            return Choose(Agent, new AgentDpopKey(agent, key), algorithm ?? (key.Public.IsEdwards ? PublicKey.EdDsa : PublicKey.Es256));
        }

        if (where != File) throw new AuthException($"this session is bound to a key of a kind that is not known here: {Printable.Text(where)}", product.LoginHint);
        var stored = Stored() ?? throw new AuthException($"the key that this session is bound to is gone: {file!.Path}", product.LoginHint);
        if (stored.Public.Thumbprint == thumbprint) return Choose(File, stored, algorithm ?? PublicKey.Es256);
        stored.Dispose();
        throw new AuthException($"{file!.Path} holds another key than the one that this session is bound to", product.LoginHint);
    }

    /// <summary>The key of a sign-in that another process began.</summary>
    public async Task<ChosenKey> ResumeAsync(string where, string? thumbprint, string? algorithm, CancellationToken cancellation) => where == File
        ? ChooseFile([PublicKey.Es256], "")
        : await FindAsync(where, thumbprint, algorithm, cancellation).ConfigureAwait(false);

    /// <summary>Writes a credential, and its key if that is new: the key first, since the credential is worth nothing without it. With the credentials' lock.</summary>
    public void Write(LockedCredentials held, Credential credential, ChosenKey? chosen)
    {
        if (chosen is not { IsNew: true, Key: FileDpopKey key })
        {
            held.Write(credential);
            if (chosen is not { Where: File }) file!.Delete(); // Nothing is bound to it any more.
            return;
        }

        file!.Write(key.ToPem());
        try
        {
            held.Write(credential);
        }
        catch
        {
            file.Delete();
            throw;
        }
    }

    /// <summary>Once the credential is deleted.</summary>
    public void Delete() => file!.Delete();

    /// <summary>The key that a credential's tokens are bound to, if they are.</summary>
    public BoundKey? Of(Credential credential)
    {
        if (credential.DpopKey is not { } where) return null;
        // One for all tokens of the key, so that a nonce is asked for once.
        var last = _last;
        if (last is null || last.Where != where || last.Thumbprint != credential.DpopJkt)
            _last = last = new FoundKey(where, credential.DpopJkt, new BoundKey(
                async stop => (await FindAsync(where, credential.DpopJkt, credential.DpopAlg, stop).ConfigureAwait(false)).Proofs));
        return last.Key;
    }

    // The key that is there is taken again: were it replaced, a crash in between would leave the old session without its key.
    private ChosenKey ChooseFile(IReadOnlyCollection<string> supported, string server)
    {
        if (!supported.Contains(PublicKey.Es256)) throw NoCommonAlgorithm(server, supported, "a key in a file signs with ES256");
        FileDpopKey? stored;
        try
        {
            stored = Stored();
        }
        catch (CredentialsFileException)
        {
            stored = null; // A new sign-in replaces what can't be used.
        }

        return Choose(File, stored ?? FileDpopKey.Create(), PublicKey.Es256, isNew: stored is null);
    }

    private FileDpopKey? Stored() => file?.Read() is { } pem ? FileDpopKey.Parse(pem) : null;

    private async Task<ChosenKey> ChooseAgentsAsync(IReadOnlyCollection<string> supported, string server, CancellationToken cancellation)
    {
        var agent = NewAgent();
        var keys = await agent.ListAsync(cancellation).ConfigureAwait(false);
        if (keys.Count == 0)
            throw new AuthException(
                "the ssh-agent lists no key that can sign proofs", "it may be locked (ssh-add -X); else add one: ssh-keygen -t ecdsa, then ssh-add. Keys of RSA and FIDO keys can't do it");
        if (options.DpopKey is { } fingerprint)
        {
            var named = keys.FirstOrDefault(key => key.Fingerprint == fingerprint)
                ?? throw new AuthException($"the ssh-agent lists no key with the fingerprint {Printable.Text(fingerprint)} that can sign proofs", "ssh-add -l lists the fingerprints");
            return Chosen(named) ?? throw NoCommonAlgorithm(server, supported, $"the key {named.Fingerprint} signs with {(named.Public.IsEdwards ? PublicKey.EdDsa : PublicKey.Es256)}");
        }

        var usable = keys.Select(Chosen).OfType<ChosenKey>().ToList();
        return usable.Count switch
        {
            0 => throw NoCommonAlgorithm(server, supported, "the ssh-agent's keys sign with " + string.Join(" and ", keys.Select(key => key.Public.IsEdwards ? PublicKey.EdDsa : PublicKey.Es256).Distinct())),
            1 => usable[0],
            _ => throw new AuthException(
                "the ssh-agent has several keys that could be used",
                "choose one with --dpop-key: " + string.Join(", ", keys.Where(key => Chosen(key) is not null).Take(5).Select(key => $"{key.Fingerprint} ({Printable.Text(key.Comment)})"))),
        };

        ChosenKey? Chosen(AgentKey key) => key.Public.AlgorithmAmong(supported) is { } algorithm
            ? Choose(Agent, new AgentDpopKey(agent, key), algorithm)
            : null;
    }

    private ChosenKey Choose(string where, DpopKey key, string algorithm, bool isNew = false) => new(where, key, new DpopProofs(key, algorithm, clock), isNew);

    private static AuthException NoCommonAlgorithm(string server, IEnumerable<string> supported, string ours) =>
        new($"{Printable.Text(server)} takes proofs signed with {Printable.Text(string.Join(", ", supported))}; {ours}");

    private SshAgent NewAgent() => new(options.AgentSocket, clock);

    private sealed record FoundKey(string Where, string? Thumbprint, BoundKey Key);
}

/// <summary>A key, and how it is used.</summary>
/// <param name="Where">Where it is: <see cref="DpopKeys.File"/> or <see cref="DpopKeys.Agent"/>.</param>
/// <param name="Key">The key.</param>
/// <param name="Proofs">Proofs by it.</param>
/// <param name="IsNew">Whether it is still to be written.</param>
internal sealed record ChosenKey(string Where, DpopKey Key, DpopProofs Proofs, bool IsNew);
