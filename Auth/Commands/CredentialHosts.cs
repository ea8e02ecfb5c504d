using Datagen.Auth;
using Datagen.Protocol;

namespace Datagen.Commands;

/// <summary>The hosts that another tool may get the token for, beside the API's own.</summary>
internal sealed record CredentialHosts(IReadOnlyList<string> Names)
{
    /// <summary>Those on the command line and in the environment.</summary>
    public static CredentialHosts Of(IEnumerable<string>? named, string? variable) =>
        new([.. named ?? [], .. (variable ?? "").Split([' ', ','], StringSplitOptions.RemoveEmptyEntries)]);

    public static Uri? AddressOf(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var address) && address.UserInfo.Length == 0 && address.Host.Length > 0 ? address : null;

    /// <summary>Null where the token is not for that address. Asked before the token is fetched: most of what a helper is asked for is not its own.</summary>
    public async Task<AccessToken?> TokenForAsync(Session session, Uri? address, CancellationToken cancellation)
    {
        if (address is null || !EndpointAddress.IsSafe(address)) return null;
        var isNamed = Names.Any(host => AddressOf($"{address.Scheme}://{host}")?.Authority == address.Authority);
        if (!isNamed && !IsOrigin(session.FindApiAddress())) return null;
        var token = await session.GetAccessTokenAsync(cancellation: cancellation);
        // Somebody may have signed in for another API in between.
        return isNamed || IsOrigin(session.GetApiAddress(token)) ? token : null;

        bool IsOrigin(Uri? api) => api is not null && api.Scheme == address.Scheme && api.Authority == address.Authority;
    }
}
