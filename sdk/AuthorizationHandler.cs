using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using Datagen.Protocol;

namespace Datagen.Auth;

/// <summary>Sends a session's access token (RFC 6750 section 2.1) and active organization with requests to one origin, and to no other.</summary>
/// <remarks>
/// A request that got 401 is sent once more with a refreshed token, unless its content can be read only once. A request to
/// another origin, or one with an Authorization header of its own, passes through as it is. Redirects are returned, not followed:
/// the framework would take the organization along to another host, and leave the token behind on the same one.
/// </remarks>
public sealed class AuthorizationHandler : DelegatingHandler
{
    private readonly Session _session;
    private readonly Uri _origin;

    /// <summary>A handler for one API; its <see cref="DelegatingHandler.InnerHandler"/> is a <see cref="SocketsHttpHandler"/> without redirects unless another is set.</summary>
    /// <param name="session">Whose token.</param>
    /// <param name="api">An address of the API: scheme, host and port count. <c>https</c>, or <c>http</c> on loopback.</param>
    /// <exception cref="ArgumentException"><paramref name="api"/> is neither.</exception>
    public AuthorizationHandler(Session session, Uri api)
        : base(new SocketsHttpHandler { AllowAutoRedirect = false, Proxy = new ProxyExceptForLoopback(HttpClient.DefaultProxy) })
    {
        ArgumentNullException.ThrowIfNull(session);
        ArgumentNullException.ThrowIfNull(api);
        if (!api.IsAbsoluteUri || !EndpointAddress.IsSafe(api)) throw new ArgumentException("must be https, or http on loopback", nameof(api));
        _session = session;
        _origin = api;
    }

    /// <inheritdoc/>
    /// <exception cref="NotSignedInException">There is no session, or it has ended.</exception>
    /// <exception cref="ServiceUnreachableException">The token had to be refreshed, and the service can't be reached.</exception>
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (!IsOurs(request) || request.Headers.Authorization is not null)
            return await base.SendAsync(request, cancellationToken).ConfigureAwait(false);

        var token = await _session.GetAccessTokenAsync(cancellation: cancellationToken).ConfigureAwait(false);
        var choosesOrganization = request.Headers.Contains(RequestTrace.OrganizationHeader);
        Authorize(request, token, choosesOrganization);
        var response = await base.SendAsync(request, cancellationToken).ConfigureAwait(false);
        // The request is at another address by now if an inner handler followed a redirect.
        if (response.StatusCode != HttpStatusCode.Unauthorized || !IsOurs(request) || !CanBeSentAgain(request.Content)) return response;

        AccessToken replaced;
        try
        {
            replaced = await _session.ReplaceAccessTokenAsync(token, cancellationToken).ConfigureAwait(false);
        }
        catch (NotSignedInException)
        {
            // What the API said is the better answer: the token was refused, and there is no other.
            return response;
        }
        catch
        {
            response.Dispose();
            throw;
        }

        response.Dispose();
        Authorize(request, replaced, choosesOrganization);
        return await base.SendAsync(request, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    /// <exception cref="NotSupportedException">Always: a token may have to be fetched first, which can't be done synchronously.</exception>
    protected override HttpResponseMessage Send(HttpRequestMessage request, CancellationToken cancellationToken) =>
        throw new NotSupportedException("use the asynchronous methods");

    private static void Authorize(HttpRequestMessage request, AccessToken token, bool choosesOrganization)
    {
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token.Value);
        if (choosesOrganization) return;
        if (token.Organization is not { } organization || !BearerToken.IsWellFormed(organization)) return;
        request.Headers.Remove(RequestTrace.OrganizationHeader);
        request.Headers.Add(RequestTrace.OrganizationHeader, organization);
    }

    private static bool CanBeSentAgain(HttpContent? content) => content is null or ByteArrayContent or ReadOnlyMemoryContent or JsonContent;

    private bool IsOurs(HttpRequestMessage request) =>
        request.RequestUri is { } address
        && Uri.Compare(address, _origin, UriComponents.SchemeAndServer, UriFormat.Unescaped, StringComparison.OrdinalIgnoreCase) == 0;
}
