using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Datagen.Protocol;

/// <summary>Where no proxy is used: the list in NO_PROXY, as curl and Go read it. An entry that is none of its forms fits nothing.</summary>
internal static class NoProxy
{
    private const int AnyPort = 0;
    private static readonly char[] Separators = [',', ' ', '\t', '\r', '\n'];

    /// <param name="list">What the variable says.</param>
    /// <param name="host">A name or an address; an IPv6 address with or without brackets.</param>
    /// <param name="port">The port that is to be connected to.</param>
    public static bool Covers(string? list, string host, int port)
    {
        if (list is null) return false;
        var name = host.Trim('[', ']').TrimEnd('.');
        var address = Address(name);
        foreach (var entry in list.Split(Separators, StringSplitOptions.RemoveEmptyEntries))
        {
            if (entry == "*" || (address is null ? CoversName(entry, name, port) : CoversAddress(entry, address, port))) return true;
        }

        return false;
    }

    private static bool CoversName(string entry, string name, int port)
    {
        var (suffix, only) = TakePort(entry);
        if (suffix.StartsWith("*.", StringComparison.Ordinal)) suffix = suffix[2..];
        suffix = suffix.Trim('.');
        return suffix.Length > 0
            && (only is AnyPort || only == port)
            && name.EndsWith(suffix, StringComparison.OrdinalIgnoreCase)
            && (name.Length == suffix.Length || name[^(suffix.Length + 1)] == '.');
    }

    private static bool CoversAddress(string entry, IPAddress address, int port)
    {
        // Whole first: the last group of an IPv6 address looks like a port.
        var only = AnyPort;
        if (Network(entry) is not var (network, bits))
        {
            (entry, only) = TakePort(entry);
            if (only is AnyPort || Network(entry) is not var (beside, bitsBeside)) return false;
            (network, bits) = (beside, bitsBeside);
        }

        return (only is AnyPort || only == port) && SharesBits(network.GetAddressBytes(), address.GetAddressBytes(), bits);
    }

    private static (IPAddress Address, int Bits)? Network(string entry)
    {
        if (entry.StartsWith('[') && entry.EndsWith(']')) entry = entry[1..^1];
        var slash = entry.IndexOf('/', StringComparison.Ordinal);
        if (Address((slash < 0 ? entry : entry[..slash]).Trim('[', ']')) is not { } address) return null;
        var all = 8 * address.GetAddressBytes().Length;
        if (slash < 0) return (address, all);
        return int.TryParse(entry.AsSpan(slash + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var bits) && bits <= all ? (address, bits) : null;
    }

    private static bool SharesBits(ReadOnlySpan<byte> one, ReadOnlySpan<byte> other, int bits)
    {
        if (one.Length != other.Length || !one[..(bits / 8)].SequenceEqual(other[..(bits / 8)])) return false;
        return bits % 8 == 0 || (one[bits / 8] ^ other[bits / 8]) >> (8 - (bits % 8)) == 0;
    }

    /// <summary>Takes a port off the end; one that can't be a port stays, and then fits no host.</summary>
    private static (string Host, int Port) TakePort(string entry)
    {
        var colon = entry.LastIndexOf(':');
        return colon >= 0 && ushort.TryParse(entry.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port > 0
            ? (entry[..colon], port)
            : (entry, AnyPort);
    }

    /// <summary>An address, not what the framework also takes for one: 10.1 is 10.0.0.1 to it.</summary>
    private static IPAddress? Address(string text)
    {
        if (!IPAddress.TryParse(text, out var address)) return null;
        if (address.AddressFamily == AddressFamily.InterNetwork) return text.Count(c => c == '.') == 3 ? address : null;
        return address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
    }
}
