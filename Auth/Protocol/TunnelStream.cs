using System.Net.Security;

namespace Datagen.Protocol;

/// <summary>A tunnel over TLS to the proxy, which the framework must not know as such: it takes any <see cref="SslStream"/> for the server's, and sends the request into it as it is.</summary>
internal sealed class TunnelStream(SslStream proxy) : Stream
{
    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override int Read(byte[] buffer, int offset, int count) => proxy.Read(buffer, offset, count);

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => proxy.ReadAsync(buffer, cancellationToken);

    public override void Write(byte[] buffer, int offset, int count) => proxy.Write(buffer, offset, count);

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) => proxy.WriteAsync(buffer, cancellationToken);

    public override void Flush() => proxy.Flush();

    public override Task FlushAsync(CancellationToken cancellationToken) => proxy.FlushAsync(cancellationToken);

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing) proxy.Dispose();
        base.Dispose(disposing);
    }
}
