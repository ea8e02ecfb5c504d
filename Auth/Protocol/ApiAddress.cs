using Datagen.Auth;

namespace Datagen.Protocol;

/// <summary>Addresses below an API's base: a token goes to these and to no others.</summary>
internal static class ApiAddress
{
    /// <summary>What is wrong with a path that a person gave; null if nothing is.</summary>
    public static string? Fault(string path)
    {
        if (path.Length == 0) return "it is empty";
        if (path.Any(c => c == '\\' || char.IsControl(c) || char.IsSurrogate(c))) return "it holds a character that no path has";
        if (path.Contains('#', StringComparison.Ordinal)) return "it holds a fragment; write # as %23";
        if (path.StartsWith("//", StringComparison.Ordinal)) return "it names a host";
        if (path[0] != '/' && path.Split('/', '?')[0].Contains(':', StringComparison.Ordinal)) return "it is an address of its own";
        return Leaves(path.Split('?')[0]) ? "it leaves the API's base" : null;
    }

    /// <summary>The address of a faultless path.</summary>
    public static Uri Of(Uri api, string path)
    {
        var address = new Uri($"{api.AbsoluteUri.TrimEnd('/')}/{(path[0] == '/' ? path[1..] : path)}");
        return IsBelow(api, address) ? address : throw new AuthException($"{Printable.Text(path)} is not below {Printable.Text(api.OriginalString)}");
    }

    /// <summary>The address that a <c>Link</c> on <paramref name="current"/> leads to.</summary>
    public static Uri Linked(Uri api, Uri current, string target) =>
        !target.Contains('\\', StringComparison.Ordinal) && Uri.TryCreate(current, target, out var next) && IsBelow(api, next)
            ? next
            : throw new AuthException($"{current.Authority} names a next page that is not below {Printable.Text(api.OriginalString)}; it was not asked for");

    public static bool IsBelow(Uri api, Uri address) =>
        address.Scheme == api.Scheme
        && address.Host.Equals(api.Host, StringComparison.OrdinalIgnoreCase)
        && address.Port == api.Port
        && address.UserInfo.Length == 0
        && address.AbsolutePath.StartsWith(api.AbsolutePath.TrimEnd('/') + '/', StringComparison.Ordinal)
        && !Leaves(address.AbsolutePath[api.AbsolutePath.TrimEnd('/').Length..]);

    public static bool IsSame(Uri one, Uri other) =>
        one.AbsoluteUri.TrimEnd('/') == other.AbsoluteUri.TrimEnd('/');

    // An escaped dot or slash is one to some servers, so it is one here.
    private static bool Leaves(string path)
    {
        var depth = 0;
        foreach (var segment in Uri.UnescapeDataString(path).Split('/', '\\'))
        {
            depth += segment switch { "" or "." => 0, ".." => -1, _ => 1 };
            if (depth < 0) return true;
        }

        return false;
    }
}
