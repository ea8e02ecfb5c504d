using System.Buffers;
using System.Buffers.Text;
using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace Datagen.Trust;

/// <summary>Finds certificates in a PEM file by their subject, and parses no others.</summary>
/// <remarks>
/// It reads as OpenSSL does, up to the first broken block, as far as that shows without parsing it. TRUSTED CERTIFICATE is a
/// certificate followed by what it is trusted for (X509_CERT_AUX).
/// </remarks>
internal static class PemFile
{
    private static ReadOnlySpan<byte> ForServers => [0x2B, 6, 1, 5, 5, 7, 3, 1];

    private static ReadOnlySpan<byte> ForAnything => [0x55, 0x1D, 0x25, 0];

    /// <summary>Adds those certificates whose subject is one of these names; all, where one of the names is null.</summary>
    /// <param name="pem">The file.</param>
    /// <param name="names">Folded.</param>
    /// <param name="found">Those that may be trusted.</param>
    /// <param name="distrusted">Those of which the file says that they are not to be trusted for servers.</param>
    public static PemContent Collect(
        ReadOnlySpan<byte> pem, List<byte[]?> names, X509Certificate2Collection found, X509Certificate2Collection? distrusted = null)
    {
        var buffer = new byte[Base64.GetMaxDecodedFromUtf8Length(pem.Length)];
        var certificates = 0;
        try
        {
            while (NextBlock(ref pem, buffer, out var content, out var label))
            {
                var isTrusted = label.SequenceEqual("TRUSTED CERTIFICATE-----"u8);
                if (!isTrusted && !label.SequenceEqual("CERTIFICATE-----"u8) && !label.SequenceEqual("X509 CERTIFICATE-----"u8)) continue;
                var length = content.Length;
                if (isTrusted) AsnDecoder.ReadEncodedValue(content, AsnEncodingRules.BER, out _, out _, out length);
                var der = content[..length];

                var subject = Fold(Subject(der));
                if (subject is null || names.Exists(name => name is null || name.AsSpan().SequenceEqual(subject)))
                    (IsForServers(content[length..]) ? found : distrusted)?.Add(X509CertificateLoader.LoadCertificate(der));
                certificates++;
            }

            return new PemContent(certificates, IsWhole: pem.IsEmpty);
        }
        catch (Exception broken) when (broken is AsnContentException or CryptographicException)
        {
            // PEM around something else is a broken block as well.
            return new PemContent(certificates, IsWhole: false);
        }
    }

    /// <summary>
    /// A name as OpenSSL compares it, or coarser: without string types, case and spaces. Null if that would take more than
    /// is done here: then it may be the same as any.
    /// </summary>
    public static byte[]? Fold(ReadOnlySpan<byte> name)
    {
        var folded = new byte[name.Length];
        var length = 0;
        for (var parts = Take(ref name, out _); !parts.IsEmpty;)
        {
            var part = Take(ref parts, out _);
            var pair = Take(ref part, out _);
            if (!part.IsEmpty) return null; // Several pairs in one part, which may stand in another order.
            foreach (var one in Take(ref pair, out _)) folded[length++] = one;
            var value = Take(ref pair, out var tag);
            var type = (UniversalTagNumber)tag.TagValue;
            if (type is UniversalTagNumber.BMPString or UniversalTagNumber.UniversalString) return null;
            if (type is not UniversalTagNumber.UTF8String && !Ascii.IsValid(value)) return null;
            foreach (var one in value)
            {
                if (one is not ((byte)' ' or >= 9 and <= 13)) folded[length++] = one is >= (byte)'A' and <= (byte)'Z' ? (byte)(one | 0x20) : one;
            }
        }

        return folded[..length];
    }

    /// <summary>The next block, whatever is in it; false at the end, and, with something left, at one that is broken.</summary>
    private static bool NextBlock(ref ReadOnlySpan<byte> pem, byte[] buffer, out ReadOnlySpan<byte> der, out ReadOnlySpan<byte> label)
    {
        der = label = default;
        if (pem.StartsWith("\uFEFF"u8)) pem = pem["\uFEFF"u8.Length..];
        while (!pem.IsEmpty)
        {
            var rest = pem;
            var line = TakeLine(ref rest);
            if (!line.StartsWith("-----BEGIN "u8) || !line.EndsWith("-----"u8))
            {
                pem = rest;
                continue;
            }

            label = line["-----BEGIN "u8.Length..];
            var end = rest.IndexOf("-----END "u8);
            if (end < 0 || (end > 0 && rest[end - 1] != '\n') || !HasBody(rest[..end])) return false;
            if (Base64.DecodeFromUtf8(rest[..end], buffer, out _, out var length) != OperationStatus.Done) return false;
            rest = rest[(end + "-----END "u8.Length)..];
            if (!TakeLine(ref rest).SequenceEqual(label)) return false;
            der = buffer.AsSpan(0, length);
            pem = rest;
            return true;
        }

        return false;
    }

    /// <summary>
    /// Whether these lines are a body to OpenSSL, to which what stands before an empty line is a header. So the first line may
    /// be empty, and then no other; and none may be longer than 64 characters, and only the last one shorter.
    /// </summary>
    private static bool HasBody(ReadOnlySpan<byte> lines)
    {
        const int Whole = 64;
        var (isFirst, hasHeader, isOver) = (true, false, false);
        while (!lines.IsEmpty)
        {
            var length = TakeLine(ref lines).Length;
            if (length == 0 && !isFirst) return false;
            if (hasHeader && (isOver || length > Whole)) return false;
            hasHeader |= length == 0;
            isOver = hasHeader && length is > 0 and < Whole;
            isFirst = false;
        }

        return true;
    }

    /// <summary>What a TRUSTED CERTIFICATE says: uses it is trusted for, then those it is not to be trusted for; none are all.</summary>
    private static bool IsForServers(ReadOnlySpan<byte> trust)
    {
        if (trust.IsEmpty) return true;
        for (var parts = Take(ref trust, out _); !parts.IsEmpty;)
        {
            var uses = Take(ref parts, out var tag);
            var isTrusted = tag.HasSameClassAndValue(Asn1Tag.Sequence);
            if (!isTrusted && !tag.HasSameClassAndValue(new Asn1Tag(TagClass.ContextSpecific, 0))) continue;
            var isNamed = false;
            while (!uses.IsEmpty)
            {
                var use = Take(ref uses, out _);
                isNamed |= use.SequenceEqual(ForServers) || use.SequenceEqual(ForAnything);
            }

            if (isNamed != isTrusted) return false;
        }

        return true;
    }

    private static ReadOnlySpan<byte> TakeLine(scoped ref ReadOnlySpan<byte> text)
    {
        var end = text.IndexOf((byte)'\n');
        var line = end < 0 ? text : text[..end];
        text = end < 0 ? default : text[(end + 1)..];
        return line.TrimEnd(" \t\r"u8);
    }

    private static ReadOnlySpan<byte> Subject(ReadOnlySpan<byte> certificate)
    {
        var content = Take(ref certificate, out _);
        var fields = Take(ref content, out _);
        var afterVersion = fields;
        Take(ref afterVersion, out var first);
        if (first.TagClass == TagClass.ContextSpecific) fields = afterVersion; // Version 1 says none.
        for (var before = 0; before < 4; before++) Take(ref fields, out _); // Serial number, algorithm, issuer, dates.
        return fields;
    }

    /// <summary>The content of the first value, which is taken off.</summary>
    private static ReadOnlySpan<byte> Take(scoped ref ReadOnlySpan<byte> values, out Asn1Tag tag)
    {
        tag = AsnDecoder.ReadEncodedValue(values, AsnEncodingRules.BER, out var start, out var length, out var consumed);
        var content = values.Slice(start, length);
        values = values[consumed..];
        return content;
    }
}

/// <summary>What there is in a PEM file.</summary>
/// <param name="Certificates">How many, up to the first block that is broken.</param>
/// <param name="IsWhole">Whether none is.</param>
internal readonly record struct PemContent(int Certificates, bool IsWhole);
