using System.Buffers.Binary;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using Datagen.Auth;

namespace Datagen.Protocol;

/// <summary>The person's ssh-agent (draft-ietf-sshm-ssh-agent): which keys it has, and signatures by them.</summary>
/// <remarks>Two requests of the protocol are enough. Extensions are left out: agents answer them with a failure.</remarks>
/// <param name="socket">What <c>SSH_AUTH_SOCK</c> names.</param>
/// <param name="clock">Bounds an answer's time.</param>
internal sealed class SshAgent(string? socket, TimeProvider clock)
{
    /// <summary>Long enough for a person to confirm, or to type a PIN.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private const int LongestAnswer = 256 << 10; // as in OpenSSH
    private const byte Failure = 5, RequestIdentities = 11, IdentitiesAnswer = 12, SignRequest = 13, SignResponse = 14;
    private const string StartHint = "start one with ssh-agent, and give it a key with ssh-add";

    /// <summary>The keys that can sign proofs, in the agent's order. FIDO keys and certificates are left out: they sign other bytes than they are given.</summary>
    public async Task<IReadOnlyList<AgentKey>> ListAsync(CancellationToken cancellation)
    {
        var answer = await AskAsync([RequestIdentities], cancellation).ConfigureAwait(false);
        if (answer[0] != IdentitiesAnswer) throw Garbled();
        var reader = new Reader(answer.AsSpan(1));
        var keys = new List<AgentKey>();
        for (var left = reader.ReadNumber(); left > 0; left--)
        {
            var blob = reader.ReadBytes().ToArray();
            var comment = Encoding.UTF8.GetString(reader.ReadBytes());
            if (AgentKey.Understand(blob, comment) is { } key) keys.Add(key);
        }

        return keys;
    }

    /// <summary>A signature by one of the agent's keys, in JOSE's form.</summary>
    public async Task<byte[]> SignAsync(AgentKey key, byte[] data, CancellationToken cancellation)
    {
        byte[] request = [SignRequest, .. Framed(key.Blob), .. Framed(data), 0, 0, 0, 0]; // no flags: some agents refuse any for these keys
        var answer = await AskAsync(request, cancellation).ConfigureAwait(false);
        if (answer[0] == Failure)
            throw new AuthException(
                $"the ssh-agent did not sign with the key {key.Fingerprint}",
                "it may be locked (ssh-add -X), the key may have expired or been removed (ssh-add -l), its use may not have been confirmed, or it may be restricted to certain hosts");
        if (answer[0] != SignResponse) throw Garbled();
        return SignatureIn(answer.AsSpan(1), key, data) ?? throw Garbled();
    }

    private static byte[]? SignatureIn(ReadOnlySpan<byte> answer, AgentKey key, byte[] data)
    {
        var outer = new Reader(new Reader(answer).ReadBytes());
        if (!outer.ReadBytes().SequenceEqual(key.Type)) return null;
        var body = outer.ReadBytes();
        if (key.Public.IsEdwards) return body.Length == 64 ? body.ToArray() : null;
        var signature = JoseSignature(body);
        return signature is not null && key.IsSignedWith(data, signature) ? signature : null;
    }

    /// <summary>RFC 5656 section 3.1.2's two numbers as RFC 7518 section 3.4's 64 bytes; null where they are none.</summary>
    /// <remarks>A number is as long as it needs to be: a leading zero where its first bit is set, and 31 bytes once in 256 times.</remarks>
    internal static byte[]? JoseSignature(ReadOnlySpan<byte> body)
    {
        const int Half = 32;
        var numbers = new Reader(body);
        var signature = new byte[2 * Half];
        foreach (var end in (ReadOnlySpan<int>)[Half, 2 * Half])
        {
            var number = numbers.ReadBytes().TrimStart((byte)0);
            if (number.Length > Half) return null;
            number.CopyTo(signature.AsSpan(end - number.Length));
        }

        return signature;
    }

    private async Task<byte[]> AskAsync(byte[] request, CancellationToken cancellation)
    {
        if (string.IsNullOrEmpty(socket)) throw new AuthException("there is no ssh-agent here: SSH_AUTH_SOCK is not set", StartHint);
        using var patience = new CancellationTokenSource(Patience, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellation);
        using var connection = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await connection.ConnectAsync(new UnixDomainSocketEndPoint(socket), either.Token).ConfigureAwait(false);
        }
        catch (Exception problem) when (problem is SocketException or ArgumentException)
        {
            throw new AuthException("can't connect to the ssh-agent that SSH_AUTH_SOCK names", StartHint, problem);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw Silent();
        }

        try
        {
            byte[] framed = Framed(request);
            for (var sent = 0; sent < framed.Length;)
                sent += await connection.SendAsync(framed.AsMemory(sent), either.Token).ConfigureAwait(false);
            var length = BinaryPrimitives.ReadUInt32BigEndian(await ReadAsync(connection, sizeof(uint), either.Token).ConfigureAwait(false));
            return length is > 0 and <= LongestAnswer ? await ReadAsync(connection, (int)length, either.Token).ConfigureAwait(false) : throw Garbled();
        }
        catch (SocketException problem)
        {
            throw Vanished(problem);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw Silent();
        }
    }

    // Answers come in pieces.
    private static async Task<byte[]> ReadAsync(Socket connection, int length, CancellationToken cancellation)
    {
        var bytes = new byte[length];
        for (var filled = 0; filled < length;)
        {
            var read = await connection.ReceiveAsync(bytes.AsMemory(filled), cancellation).ConfigureAwait(false);
            if (read == 0) throw Vanished();
            filled += read;
        }

        return bytes;
    }

    private static byte[] Framed(byte[] bytes)
    {
        var framed = new byte[sizeof(uint) + bytes.Length];
        BinaryPrimitives.WriteUInt32BigEndian(framed, (uint)bytes.Length);
        bytes.CopyTo(framed, sizeof(uint));
        return framed;
    }

    private static AuthException Silent() =>
        new($"the ssh-agent did not answer within {Patience.TotalSeconds:0} seconds", "it may be waiting for you to confirm, or to enter a PIN, in another window");

    private static AuthException Vanished(Exception? cause = null) =>
        new("the ssh-agent closed the connection without an answer", "ssh-add -l shows whether it still works", cause);

    private static AuthException Garbled() =>
        new("the ssh-agent's answer is not what it should be", "ssh-add -l shows whether it works");

    /// <summary>Numbers and byte strings one after the other (RFC 4251 section 5).</summary>
    internal ref struct Reader(ReadOnlySpan<byte> bytes)
    {
        private ReadOnlySpan<byte> _left = bytes;

        public uint ReadNumber()
        {
            if (_left.Length < sizeof(uint)) throw Garbled();
            var number = BinaryPrimitives.ReadUInt32BigEndian(_left);
            _left = _left[sizeof(uint)..];
            return number;
        }

        public ReadOnlySpan<byte> ReadBytes()
        {
            var length = ReadNumber();
            if (length > _left.Length) throw Garbled();
            var read = _left[..(int)length];
            _left = _left[(int)length..];
            return read;
        }
    }
}

/// <summary>A key of the agent that can sign proofs.</summary>
internal sealed class AgentKey
{
    private readonly byte[]? _point;

    private AgentKey(byte[] blob, string comment, PublicKey publicKey, byte[]? point)
    {
        (Blob, Comment, Public, _point) = (blob, comment, publicKey, point);
        Fingerprint = "SHA256:" + Convert.ToBase64String(SHA256.HashData(blob)).TrimEnd('=');
    }

    public byte[] Blob { get; }

    /// <summary>For people: it may be anything, and stand at several keys.</summary>
    public string Comment { get; }

    public PublicKey Public { get; }

    /// <summary>As <c>ssh-add -l</c> shows it.</summary>
    public string Fingerprint { get; }

    public ReadOnlySpan<byte> Type => Public.IsEdwards ? "ssh-ed25519"u8 : "ecdsa-sha2-nistp256"u8;

    /// <summary>Null for what can't sign a proof: RSA, other curves, FIDO keys (they sign a text of their own), certificates.</summary>
    /// <exception cref="AuthException">The blob is not what its type says.</exception>
    public static AgentKey? Understand(byte[] blob, string comment)
    {
        var reader = new SshAgent.Reader(blob);
        var type = reader.ReadBytes();
        if (type.SequenceEqual("ssh-ed25519"u8)) // RFC 8709 section 4
            return reader.ReadBytes() is { Length: 32 } key ? new AgentKey(blob, comment, PublicKey.Ed25519(key), null) : null;
        if (!type.SequenceEqual("ecdsa-sha2-nistp256"u8)) return null; // RFC 5656 section 3.1
        if (!reader.ReadBytes().SequenceEqual("nistp256"u8)) return null;
        const byte Uncompressed = 4; // SEC 1 section 2.3.3
        return reader.ReadBytes() is [Uncompressed, .. { Length: 64 } point]
            ? new AgentKey(blob, comment, PublicKey.P256(point[..32], point[32..]), point.ToArray())
            : null;
    }

    /// <summary>Whether an ECDSA signature is this key's. .NET has no Ed25519, whose signatures only the server can check.</summary>
    public bool IsSignedWith(byte[] data, byte[] signature)
    {
        try
        {
            using var curve = ECDsa.Create(new ECParameters
            {
                Curve = ECCurve.NamedCurves.nistP256,
                Q = new ECPoint { X = _point![..32], Y = _point[32..] },
            });
            return curve.VerifyData(data, signature, HashAlgorithmName.SHA256, DSASignatureFormat.IeeeP1363FixedFieldConcatenation);
        }
        catch (CryptographicException)
        {
            return false; // not a point of the curve: no key, so nothing is signed by it
        }
    }
}

/// <summary>A key that stays in the agent, and in whatever stands behind the agent.</summary>
internal sealed class AgentDpopKey(SshAgent agent, AgentKey key) : DpopKey(key.Public)
{
    public override Task<byte[]> SignAsync(byte[] data, CancellationToken cancellation) => agent.SignAsync(key, data, cancellation);
}
