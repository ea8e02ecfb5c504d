using Datagen.Auth;
using Datagen.Protocol;

namespace Datagen.Sessions;

/// <summary>The only place that makes a token's headers, and the only one that tries once more after a 401.</summary>
internal static class Authorize
{
    public const string OrganizationHeader = RequestTrace.OrganizationHeader;

    private const string Header = "Authorization";

    /// <summary>Adds the headers for one attempt, in place of those of an earlier one.</summary>
    /// <param name="request">The request, with the method and address that it will be sent with.</param>
    /// <param name="token">Whose headers.</param>
    /// <param name="choosesOrganization">Whether the request names an organization of its own, which stays.</param>
    /// <exception cref="AuthException">The organization is none that a header can carry.</exception>
    public static ValueTask AddToAsync(HttpRequestMessage request, AccessToken token, bool choosesOrganization = false)
    {
        request.Headers.Remove(Header);
        request.Headers.TryAddWithoutValidation(Header, token.Authorization); // Checked before; as text it is not put together anew.
        if (choosesOrganization) return ValueTask.CompletedTask;
        request.Headers.Remove(OrganizationHeader);
        if (OrganizationOf(token) is { } organization) request.Headers.TryAddWithoutValidation(OrganizationHeader, organization);
        return ValueTask.CompletedTask;
    }

    /// <summary>The same for a GET of the service's own, such as UserInfo.</summary>
    /// <param name="token">Whose headers.</param>
    /// <param name="actsForOrganization">
    /// Whether it is for the token's organization. One that no header can carry is left out here: UserInfo lists the memberships, and it is not among them.
    /// </param>
    public static RequestAuthorization For(AccessToken token, bool actsForOrganization = true)
    {
        var sent = actsForOrganization && BearerToken.IsWellFormed(token.Organization) ? token : token with { Organization = null };
        return new RequestAuthorization(request => AddToAsync(request, sent), [token.Value]);
    }

    /// <summary>The headers as text, for a program that sends them itself.</summary>
    /// <exception cref="AuthException">The organization is none that a header can carry.</exception>
    public static IEnumerable<KeyValuePair<string, string>> HeadersOf(AccessToken token)
    {
        yield return new(Header, token.Authorization);
        if (OrganizationOf(token) is { } organization) yield return new(OrganizationHeader, organization);
    }

    /// <summary>After a 401 (RFC 6750 section 3.1): sends once more with another token, unless the session has ended.</summary>
    /// <param name="replaceAsync">Gives another token for the refused one.</param>
    /// <param name="refused">The token that was refused.</param>
    /// <param name="answer">What was answered. Disposed of if another takes its place.</param>
    /// <param name="sendAsync">Sends. Null where the request can't be sent again; then the session is refreshed all the same.</param>
    /// <returns>The second answer; or the first one, with the reason why there is no second.</returns>
    public static async Task<(TAnswer Answer, NotSignedInException? Ended)> OnceMoreAsync<TAnswer>(
        Func<AccessToken, Task<AccessToken>> replaceAsync, AccessToken refused, TAnswer answer, Func<AccessToken, Task<TAnswer>>? sendAsync)
    {
        AccessToken another;
        try
        {
            another = await replaceAsync(refused).ConfigureAwait(false);
        }
        catch (NotSignedInException ended)
        {
            return (answer, ended);
        }
        catch
        {
            (answer as IDisposable)?.Dispose();
            throw;
        }

        if (sendAsync is null) return (answer, null);
        (answer as IDisposable)?.Dispose();
        return (await sendAsync(another).ConfigureAwait(false), null);
    }

    // Without the header it would be a request for no organization, which is another request.
    private static string? OrganizationOf(AccessToken token) =>
        token.Organization is not { } organization ? null
        : BearerToken.IsWellFormed(organization) ? organization
        : throw new AuthException($"you are not a member of an organization called {Printable.Text(organization)}");
}
