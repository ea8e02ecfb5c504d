using System.Net;
using System.Net.Sockets;

namespace Datagen.Protocol;

/// <summary>The addresses of a host.</summary>
internal static class HostNames
{
    private static readonly IPAddress[] s_thisMachine = [IPAddress.IPv6Loopback, IPAddress.Loopback];

    /// <summary>Whether it is this very machine: a loopback address, or a name that is one without asking anyone (RFC 6761 section 6.3).</summary>
    public static bool IsThisMachine(string host) =>
        IPAddress.TryParse(host.Trim('[', ']'), out var address) ? IPAddress.IsLoopback(address) : IsLocalhost(host);

    /// <summary>All addresses, in the order in which they are to be tried.</summary>
    /// <exception cref="SocketException">There are none, or nobody can tell.</exception>
    public static async Task<IReadOnlyList<IPAddress>> FindAsync(string host, CancellationToken cancellation)
    {
        if (IPAddress.TryParse(host.Trim('[', ']'), out var address)) return [address];
        if (IsLocalhost(host)) return s_thisMachine;
        return await Dns.GetHostAddressesAsync(host, cancellation).ConfigureAwait(false) is { Length: > 0 } found
            ? Interleave(found)
            : throw new SocketException((int)SocketError.HostNotFound);
    }

    /// <summary>Both families take turns, the first one's first (RFC 8305 section 4): the resolver may give all of a family that is silent before the other.</summary>
    public static IReadOnlyList<IPAddress> Interleave(IReadOnlyList<IPAddress> addresses)
    {
        if (addresses.Count < 2) return addresses;
        var preferred = addresses[0].AddressFamily;
        var some = addresses.Where(one => one.AddressFamily == preferred).ToList();
        var others = addresses.Where(one => one.AddressFamily != preferred).ToList();
        var turns = new List<IPAddress>(addresses.Count);
        for (var i = 0; i < Math.Max(some.Count, others.Count); i++)
        {
            if (i < some.Count) turns.Add(some[i]);
            if (i < others.Count) turns.Add(others[i]);
        }

        return turns;
    }

    /// <summary>Whether it was the name that failed, and not the connection.</summary>
    public static bool IsUnknown(SocketException problem) =>
        problem.SocketErrorCode is SocketError.HostNotFound or SocketError.TryAgain or SocketError.NoData or SocketError.NoRecovery;

    private static bool IsLocalhost(string host)
    {
        const string Localhost = "localhost";
        var name = host.EndsWith('.') ? host.AsSpan(0, host.Length - 1) : host;
        return name.EndsWith(Localhost, StringComparison.OrdinalIgnoreCase) && (name.Length == Localhost.Length || name[^(Localhost.Length + 1)] == '.');
    }
}
