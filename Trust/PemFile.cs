using System.Buffers;
using System.Buffers.Text;
using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace Datagen.Trust;

/// <summary>Finds certificates in a PEM file by their subject, and parses no others.</summary>
/// <remarks>
/// It reads as OpenSSL does for the framework: up to the first broken block, as far as that shows without parsing it, and
/// only plain certificates, not TRUSTED ones.
/// </remarks>
internal static class PemFile
{
    /// <summary>Adds those certificates whose subject is one of these names; all, where one of the names is null.</summary>
    public static void Collect(ReadOnlySpan<byte> pem, List<byte[]?> names, X509Certificate2Collection found)
    {
        var buffer = new byte[Base64.GetMaxDecodedFromUtf8Length(pem.Length)];
        try
        {
            while (NextBlock(ref pem, buffer, out var der, out var isCertificate))
            {
                if (!isCertificate) continue;
                var subject = Fold(Subject(der));
                if (subject is null || names.Exists(name => name is null || name.AsSpan().SequenceEqual(subject)))
                    found.Add(X509CertificateLoader.LoadCertificate(der));
            }
        }
        catch (Exception broken) when (broken is AsnContentException or CryptographicException)
        {
            // PEM around something else is a broken block as well.
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

    /// <summary>The next block, whatever is in it; false at the end, and at one that is broken.</summary>
    private static bool NextBlock(ref ReadOnlySpan<byte> pem, byte[] buffer, out ReadOnlySpan<byte> der, out bool isCertificate)
    {
        der = default;
        isCertificate = false;
        if (pem.StartsWith("\uFEFF"u8)) pem = pem["\uFEFF"u8.Length..];
        while (!pem.IsEmpty)
        {
            var line = TakeLine(ref pem);
            if (!line.StartsWith("-----BEGIN "u8) || !line.EndsWith("-----"u8)) continue;
            var label = line["-----BEGIN "u8.Length..];
            isCertificate = label.SequenceEqual("CERTIFICATE-----"u8) || label.SequenceEqual("X509 CERTIFICATE-----"u8);
            var end = pem.IndexOf("-----END "u8);
            if (end < 0 || (end > 0 && pem[end - 1] != '\n')) return false;
            for (var body = pem[..end]; !body.IsEmpty;)
            {
                if (TakeLine(ref body).IsEmpty) return false; // To OpenSSL, what stands before an empty line is a header.
            }

            if (Base64.DecodeFromUtf8(pem[..end], buffer, out _, out var length) != OperationStatus.Done) return false;
            der = buffer.AsSpan(0, length);
            pem = pem[(end + "-----END "u8.Length)..];
            return TakeLine(ref pem).SequenceEqual(label);
        }

        return false;
    }

    private static ReadOnlySpan<byte> TakeLine(ref ReadOnlySpan<byte> text)
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
