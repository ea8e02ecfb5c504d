using System.Buffers;
using System.IO.Compression;

namespace Datagen.Protocol;

/// <summary>Bodies that are packed though nobody asked for it (RFC 9110 section 8.4). Whoever reads them bounds what comes out.</summary>
internal static class Unpacking
{
    public static Stream Of(Stream body, ICollection<string> encodings)
    {
        foreach (var encoding in encodings.Reverse())
        {
            body = encoding.ToUpperInvariant() switch
            {
                "GZIP" or "X-GZIP" => new GZipStream(body, CompressionMode.Decompress),
                "DEFLATE" => new ZLibStream(body, CompressionMode.Decompress),
                "BR" => new BrotliReader(body),
                _ => body,
            };
        }

        return body;
    }

    // The framework's stream would bring its encoder along, 700 KB of the executable.
    private sealed class BrotliReader(Stream packed) : Stream
    {
        private readonly byte[] _buffer = new byte[16 << 10];
        private BrotliDecoder _decoder;
        private int _start;
        private int _end;

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            while (true)
            {
                var status = _decoder.Decompress(_buffer.AsSpan(_start.._end), buffer.Span, out var consumed, out var written);
                _start += consumed;
                if (written > 0) return written;
                switch (status)
                {
                    case OperationStatus.Done:
                        return 0;
                    case OperationStatus.NeedMoreData:
                        _buffer.AsSpan(_start.._end).CopyTo(_buffer);
                        _end -= _start;
                        _start = 0;
                        var read = await packed.ReadAsync(_buffer.AsMemory(_end), cancellationToken).ConfigureAwait(false);
                        if (read == 0) throw new InvalidDataException();
                        _end += read;
                        break;
                    default:
                        throw new InvalidDataException();
                }
            }
        }

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override void Flush() => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        protected override void Dispose(bool disposing)
        {
            _decoder.Dispose();
            if (disposing) packed.Dispose();
            base.Dispose(disposing);
        }
    }
}
