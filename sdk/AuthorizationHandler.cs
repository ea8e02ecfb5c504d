using System.Net;
using System.Net.Http.Json;
using Datagen.Protocol;
using Datagen.Sessions;

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
        : base(Connections.CreateHandler("datagen-auth"))
    {
        ArgumentNullException.ThrowIfNull(session);
        ArgumentNullException.ThrowIfNull(api);
        if (!api.IsAbsoluteUri || !EndpointAddress.IsSafe(api)) throw new ArgumentException("must be https, or http on loopback", nameof(api));
        _session = session;
        _origin = api;
    }

    /// <inheritdoc/>
    /// <exception cref="NotSignedInException">There is no session, or it has ended.</exception>
    /// <exception cref="AuthException">The active organization is none that a header can carry.</exception>
    /// <exception cref="ServiceUnreachableException">The token had to be refreshed, and the service can't be reached.</exception>
    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        return IsOurs(request) && !request.Headers.Contains("Authorization")
            ? SendAuthorizedAsync(request, cancellationToken)
            : base.SendAsync(request, cancellationToken);
    }

    private async Task<HttpResponseMessage> SendAuthorizedAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var token = await _session.GetAccessTokenAsync(cancellation: cancellationToken).ConfigureAwait(false);
        var choosesOrganization = request.Headers.Contains(Authorize.OrganizationHeader);
        var response = await SendWithAsync(request, token, choosesOrganization, cancellationToken).ConfigureAwait(false);
        // The request is at another address by now if an inner handler followed a redirect.
        return response.StatusCode == HttpStatusCode.Unauthorized && IsOurs(request) && CanBeSentAgain(request.Content)
            ? await SendOnceMoreAsync(request, token, response, choosesOrganization, cancellationToken).ConfigureAwait(false)
            : response;
    }

    private async Task<HttpResponseMessage> SendOnceMoreAsync(
        HttpRequestMessage request, AccessToken token, HttpResponseMessage response, bool choosesOrganization, CancellationToken cancellationToken)
    {
        // Where the session has ended, what the API said is the better answer.
        (response, _) = await Authorize.OnceMoreAsync(
            refused => _session.ReplaceAccessTokenAsync(refused, cancellationToken),
            token,
            response,
            another => SendWithAsync(request, another, choosesOrganization, cancellationToken)).ConfigureAwait(false);
        return response;
    }

    private Task<HttpResponseMessage> SendWithAsync(
        HttpRequestMessage request, AccessToken token, bool choosesOrganization, CancellationToken cancellationToken)
    {
        return token.IsBound
            ? Authorize.SendAsync(token, SendOnceAsync, response => response, () => IsOurs(request) && CanBeSentAgain(request.Content), cancellationToken)
            : SendOnceAsync(token);

        async Task<HttpResponseMessage> SendOnceAsync(AccessToken with)
        {
            await Authorize.AddToAsync(request, with, cancellationToken, choosesOrganization).ConfigureAwait(false);
            return await base.SendAsync(request, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <inheritdoc/>
    /// <exception cref="NotSupportedException">Always: a token may have to be fetched first, which can't be done synchronously.</exception>
    protected override HttpResponseMessage Send(HttpRequestMessage request, CancellationToken cancellationToken) =>
        throw new NotSupportedException("use the asynchronous methods");

    private static bool CanBeSentAgain(HttpContent? content) => content is null or ByteArrayContent or ReadOnlyMemoryContent or JsonContent;

    private bool IsOurs(HttpRequestMessage request) =>
        request.RequestUri is { } address
        && Uri.Compare(address, _origin, UriComponents.SchemeAndServer, UriFormat.Unescaped, StringComparison.OrdinalIgnoreCase) == 0;
}
