using Datagen.Auth;
using Datagen.Protocol;
using Datagen.Storage;

namespace Datagen.Sessions;

/// <summary>The keys that tokens are bound to (RFC 9449): one is chosen at a sign-in, and found again by its thumbprint.</summary>
internal sealed class DpopKeys(Product product, SessionOptions options, DpopKeyFile file, TimeProvider clock)
{
    /// <summary>What <see cref="SessionOptions.Dpop"/> and <see cref="Credential.DpopKey"/> can be.</summary>
    public const string Off = "off", File = "file", Agent = "agent";

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
            return new ChosenKey(Agent, new AgentDpopKey(agent, key), algorithm ?? (key.Public.IsEdwards ? PublicKey.EdDsa : PublicKey.Es256), IsNew: false);
        }

        if (where != File) throw new AuthException($"this session is bound to a key of a kind that is not known here: {Printable.Text(where)}", product.LoginHint);
        var stored = Stored() ?? throw new AuthException($"the key that this session is bound to is gone: {file.Path}", product.LoginHint);
        if (stored.Public.Thumbprint == thumbprint) return new ChosenKey(File, stored, algorithm ?? PublicKey.Es256, IsNew: false);
        stored.Dispose();
        throw new AuthException($"{file.Path} holds another key than the one that this session is bound to", product.LoginHint);
    }

    /// <summary>Puts a new key on disk, or takes away one that nothing is bound to any more. Before the credential is written, and with its lock.</summary>
    public void Keep(ChosenKey? chosen)
    {
        if (chosen is { IsNew: true, Key: FileDpopKey key }) file.Write(key.ToPem());
    }

    /// <summary>Once the credential is written or deleted: takes away a key that nothing is bound to any more.</summary>
    public void Forget(ChosenKey? kept = null)
    {
        if (kept is not { Where: File }) file.Delete();
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

        return new ChosenKey(File, stored ?? FileDpopKey.Create(), PublicKey.Es256, IsNew: stored is null);
    }

    private FileDpopKey? Stored() => file.Read() is { } pem ? FileDpopKey.Parse(pem) : null;

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
            ? new ChosenKey(Agent, new AgentDpopKey(agent, key), algorithm, IsNew: false)
            : null;
    }

    private static AuthException NoCommonAlgorithm(string server, IEnumerable<string> supported, string ours) =>
        new($"{Printable.Text(server)} takes proofs signed with {Printable.Text(string.Join(", ", supported))}; {ours}");

    private SshAgent NewAgent() => new(options.AgentSocket, clock);
}

/// <summary>A key, and how it is used.</summary>
/// <param name="Where">Where it is: <see cref="DpopKeys.File"/> or <see cref="DpopKeys.Agent"/>.</param>
/// <param name="Key">The key.</param>
/// <param name="Algorithm">What the server calls its algorithm.</param>
/// <param name="IsNew">Whether it is still to be written.</param>
internal sealed record ChosenKey(string Where, DpopKey Key, string Algorithm, bool IsNew);
