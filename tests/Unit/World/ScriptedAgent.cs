using System.Buffers.Binary;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;

namespace Unit.World;

/// <summary>An ssh-agent that answers as it is told, over a socket like any other.</summary>
internal sealed class ScriptedAgent : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly Socket _listener = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);

    public ScriptedAgent()
    {
        _listener.Bind(new UnixDomainSocketEndPoint(Address));
        _listener.Listen();
        _ = AcceptAsync();
    }

    public string Address => Path.Combine(_folder.Path, "agent");

    /// <summary>Each request, without its length.</summary>
    public List<byte[]> Requests { get; } = [];

    /// <summary>The answer to a request, without its length; null to hang up, an empty one to say nothing.</summary>
    public Func<byte[], byte[]?> Answer { get; set; } = _ => [5];

    /// <summary>What is sent before an answer in the length's place, if something else than the length.</summary>
    public uint? ClaimedLength { get; set; }

    public bool AnswersInPieces { get; set; }

    public void Dispose()
    {
        _listener.Dispose();
        _folder.Dispose();
    }

    public static byte[] Text(string text) => Bytes(Encoding.UTF8.GetBytes(text));

    public static byte[] Bytes(params byte[] bytes) => [.. Number((uint)bytes.Length), .. bytes];

    public static byte[] Number(uint number)
    {
        var bytes = new byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, number);
        return bytes;
    }

    public static byte[] List(params (byte[] Blob, string Comment)[] keys) =>
        [12, .. Number((uint)keys.Length), .. keys.SelectMany(key => Bytes(key.Blob).Concat(Text(key.Comment)))];

    public static byte[] Signature(string type, byte[] body) => [14, .. Bytes([.. Text(type), .. Bytes(body)])];

    public static byte[] Blob(ECDsa key) =>
        [.. Text("ecdsa-sha2-nistp256"), .. Text("nistp256"), .. Bytes([4, .. key.ExportParameters(false).Q.X!, .. key.ExportParameters(false).Q.Y!])];

    public static byte[] Ed25519Blob(byte fill = 7) => [.. Text("ssh-ed25519"), .. Bytes([.. Enumerable.Repeat(fill, 32)])];

    /// <summary>A number as RFC 4251 section 5 writes it: no zeros before it but the one that keeps it positive.</summary>
    public static byte[] MultiplePrecision(ReadOnlySpan<byte> number)
    {
        var trimmed = number.TrimStart((byte)0).ToArray();
        return Bytes(trimmed is [>= 0x80, ..] ? [0, .. trimmed] : trimmed);
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true) _ = ServeAsync(await _listener.AcceptAsync());
        }
        catch (Exception ended) when (ended is SocketException or ObjectDisposedException)
        {
            // Disposed.
        }
    }

    private async Task ServeAsync(Socket connection)
    {
        using (connection)
        {
            var head = await ReadAsync(connection, 4);
            var request = await ReadAsync(connection, (int)BinaryPrimitives.ReadUInt32BigEndian(head));
            lock (Requests) Requests.Add(request);
            if (Answer(request) is not { } answer) return;
            if (answer.Length == 0) await Task.Delay(Timeout.Infinite);
            byte[] framed = [.. Number(ClaimedLength ?? (uint)answer.Length), .. answer];
            foreach (var piece in AnswersInPieces ? framed.Chunk(1) : [framed]) await connection.SendAsync(piece);
        }
    }

    private static async Task<byte[]> ReadAsync(Socket connection, int length)
    {
        var bytes = new byte[length];
        for (var filled = 0; filled < length;)
        {
            var read = await connection.ReceiveAsync(bytes.AsMemory(filled));
            if (read == 0) throw new InvalidOperationException("half a request");
            filled += read;
        }

        return bytes;
    }
}
