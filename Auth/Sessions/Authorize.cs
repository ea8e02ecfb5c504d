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
    /// <param name="cancellation">Calls it off: a key may have to be confirmed by a person.</param>
    /// <param name="choosesOrganization">Whether the request names an organization of its own, which stays.</param>
    /// <exception cref="AuthException">The organization is none that a header can carry, or the key that the token is bound to does not sign.</exception>
    public static ValueTask AddToAsync(
        HttpRequestMessage request, AccessToken token, CancellationToken cancellation, bool choosesOrganization = false)
    {
        request.Headers.Remove(Header);
        request.Headers.TryAddWithoutValidation(Header, token.Authorization); // Checked before; as text it is not put together anew.
        if (!choosesOrganization)
        {
            request.Headers.Remove(OrganizationHeader);
            if (OrganizationOf(token) is { } organization) request.Headers.TryAddWithoutValidation(OrganizationHeader, organization);
        }

        return token.Key is { } key ? AddProofAsync(request, token, key, cancellation) : ValueTask.CompletedTask;
    }

    private static async ValueTask AddProofAsync(HttpRequestMessage request, AccessToken token, BoundKey key, CancellationToken cancellation)
    {
        var proofs = await key.ProofsAsync(cancellation).ConfigureAwait(false);
        request.Headers.Remove(DpopProofs.Header);
        request.Headers.Add(
            DpopProofs.Header, await proofs.CreateAsync(request.Method, request.RequestUri!, token.Value, cancellation).ConfigureAwait(false)); // RFC 9449 section 7.1
    }

    /// <summary>The same for a GET of the service's own, such as UserInfo.</summary>
    /// <param name="token">Whose headers.</param>
    /// <param name="actsForOrganization">
    /// Whether it is for the token's organization. One that no header can carry is left out here: UserInfo lists the memberships, and it is not among them.
    /// </param>
    public static RequestAuthorization For(AccessToken token, bool actsForOrganization = true)
    {
        var sent = actsForOrganization && BearerToken.IsWellFormed(token.Organization) ? token : token with { Organization = null };
        DpopProofs? proofs = null;
        return new RequestAuthorization(AddAsync, [token.Value])
        {
            WantsAnother = token.Key is null ? null : answer => proofs!.IsRefusedBy(answer.Address, answer.Status, answer.DpopNonce, answer.Date),
        };

        async ValueTask AddAsync(HttpRequestMessage request, CancellationToken cancellation)
        {
            if (token.Key is { } key) proofs = await key.ProofsAsync(cancellation).ConfigureAwait(false);
            await AddToAsync(request, sent, cancellation).ConfigureAwait(false);
        }
    }

    /// <summary>Sends with a token; once more where it may be the proof that was refused and not the token.</summary>
    /// <param name="token">The token.</param>
    /// <param name="sendAsync">Sends one attempt, which adds the headers by itself.</param>
    /// <param name="responseOf">The response in an answer. It is disposed of if another takes its place.</param>
    /// <param name="canRepeat">Whether the request can be sent again.</param>
    /// <param name="cancellation">Calls it off.</param>
    public static async Task<TAnswer> SendAsync<TAnswer>(
        AccessToken token, Func<AccessToken, Task<TAnswer>> sendAsync, Func<TAnswer, HttpResponseMessage> responseOf, Func<bool> canRepeat, CancellationToken cancellation)
    {
        var answer = await sendAsync(token).ConfigureAwait(false);
        if (token.Key is not { } key) return answer;
        var response = responseOf(answer);
        var proofs = await key.ProofsAsync(cancellation).ConfigureAwait(false);
        if (!proofs.IsRefusedBy(response.RequestMessage!.RequestUri!, response.StatusCode, DpopProofs.NonceOf(response), response.Headers.Date) || !canRepeat())
            return answer;
        response.Dispose();
        return await sendAsync(token).ConfigureAwait(false);
    }

    /// <summary>The headers as text, for a program that sends them itself with any request.</summary>
    /// <exception cref="AuthException">The organization is none that a header can carry, or the token needs a proof.</exception>
    public static IEnumerable<KeyValuePair<string, string>> HeadersOf(AccessToken token)
    {
        if (token.IsBound) throw new AuthException("this session's tokens are bound to a key, and each request needs a proof of its own");
        yield return new(Header, token.Authorization);
        if (OrganizationOf(token) is { } organization) yield return new(OrganizationHeader, organization);
    }

    /// <summary>The headers as text, for a program that sends them itself with one request.</summary>
    /// <exception cref="AuthException">The organization is none that a header can carry, or the key does not sign.</exception>
    public static async Task<IReadOnlyList<KeyValuePair<string, string>>> HeadersOfAsync(
        AccessToken token, HttpMethod method, Uri address, CancellationToken cancellation)
    {
        if (token.Key is not { } key) return [.. HeadersOf(token)];
        var proofs = await key.ProofsAsync(cancellation).ConfigureAwait(false);
        var headers = new List<KeyValuePair<string, string>>
        {
            new(Header, token.Authorization),
            new(DpopProofs.Header, await proofs.CreateAsync(method, address, token.Value, cancellation).ConfigureAwait(false)),
        };
        if (OrganizationOf(token) is { } organization) headers.Add(new(OrganizationHeader, organization));
        return headers;
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
