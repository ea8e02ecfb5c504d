using System.Net;
using System.Net.Http.Headers;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using Datagen.Auth;

namespace Datagen.Protocol;

/// <summary>How every connection comes about: straight to the server, or by a tunnel through the proxy that the environment names.</summary>
/// <remarks>
/// The framework's own proxies are not used: they follow a proxy that offers Negotiate or NTLM into GSSAPI, which a static executable
/// can't load, skip settings that they can't read, and try one address after the other.
/// </remarks>
internal sealed class Connections(ProxySettings proxies, string userAgent, SslClientAuthenticationOptions tls)
{
    public static HttpClient CreateHttpClient(string userAgent, SslClientAuthenticationOptions? tls = null, ProxySettings? proxies = null)
    {
        var handler = CreateHandler(userAgent, tls, proxies);
        handler.UseCookies = false;
        handler.MaxResponseHeadersLength = Limits.HeaderBytes >> 10;
        var client = new HttpClient(handler)
        {
            Timeout = Timeout.InfiniteTimeSpan, // ServiceClient's own bound counts the body too; this one ends at the headers.
        };
        client.DefaultRequestHeaders.UserAgent.ParseAdd(userAgent);
        client.DefaultRequestHeaders.Accept.Add(new MediaTypeWithQualityHeaderValue("application/json"));
        return client;
    }

    public static SocketsHttpHandler CreateHandler(string userAgent, SslClientAuthenticationOptions? tls = null, ProxySettings? proxies = null)
    {
        tls = RefusedCertificateException.ThrownBy(tls ?? new SslClientAuthenticationOptions());
        return new SocketsHttpHandler
        {
            SslOptions = tls,
            AllowAutoRedirect = false,
            UseProxy = false,
            ConnectCallback = new Connections(proxies ?? ProxySettings.OfTheEnvironment, userAgent, tls).ConnectAsync,
            ConnectTimeout = Limits.RequestTime,
        };
    }

    private async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellation)
    {
        var (host, port) = (context.DnsEndPoint.Host, context.DnsEndPoint.Port);
        return proxies.For(context.InitialRequestMessage.RequestUri!.Scheme, host, port) is { } proxy
            ? await TunnelAsync(proxy, host, port, cancellation).ConfigureAwait(false)
            : await ConnectAsync(host, port, cancellation).ConfigureAwait(false);
    }

    private static async Task<Stream> ConnectAsync(string host, int port, CancellationToken cancellation)
    {
        var addresses = await HostNames.FindAsync(host, cancellation).ConfigureAwait(false);
        var socket = await AddressRace.FirstAsync(
            addresses, (address, stop) => ConnectAsync(new IPEndPoint(address, port), stop), TimeProvider.System, cancellation).ConfigureAwait(false);
        return new NetworkStream(socket, ownsSocket: true);
    }

    // A socket of one family alone: where IPv6 is refused to this process, the framework's sockets for both fail for IPv4 as well.
    private static async Task<Socket> ConnectAsync(IPEndPoint place, CancellationToken cancellation)
    {
        var socket = new Socket(place.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(place, cancellation).ConfigureAwait(false);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private async Task<Stream> TunnelAsync(Proxy proxy, string host, int port, CancellationToken cancellation)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        patience.CancelAfter(Limits.ProxyTime);
        Stream? stream = null;
        try
        {
            stream = await ConnectAsync(proxy.Host, proxy.Port, patience.Token).ConfigureAwait(false);
            if (proxy.Kind == ProxyKind.Https) stream = await SecureAsync(stream, proxy, patience.Token).ConfigureAwait(false);
            if (proxy.Kind is ProxyKind.Http or ProxyKind.Https) await HttpTunnel.OpenAsync(stream, proxy, host, port, userAgent, patience.Token).ConfigureAwait(false);
            else await SocksTunnel.OpenAsync(stream, proxy, host, port, patience.Token).ConfigureAwait(false);
            var tunnel = stream;
            stream = null;
            return tunnel;
        }
        catch (OperationCanceledException)
        {
            cancellation.ThrowIfCancellationRequested();
            throw Failure($"the proxy {proxy} did not answer within {Limits.ProxyTime.TotalSeconds:0} seconds");
        }
        catch (AuthenticationException problem)
        {
            var refused = problem as RefusedCertificateException;
            throw new ProxyException(
                $"the proxy {proxy} can't be trusted: {refused?.Why ?? "no TLS connection could be made"}", refused?.Hint ?? Hint(), problem);
        }
        catch (SocketException problem)
        {
            throw Failure(
                HostNames.IsUnknown(problem) ? $"the name of the proxy {proxy} can't be resolved" : $"no connection to the proxy {proxy} could be made", problem);
        }
        catch (IOException problem) when (problem is not ProxyException)
        {
            throw Failure($"the connection to the proxy {proxy} was lost", problem);
        }
        finally
        {
            if (stream is not null) await stream.DisposeAsync().ConfigureAwait(false);
        }

        ProxyException Failure(string why, Exception? cause = null) => new(why, Hint(), cause);

        string Hint() => $"check {proxy.Variable} and NO_PROXY";
    }

    /// <summary>TLS to the proxy itself, whose certificate is judged as any server's.</summary>
    private async Task<Stream> SecureAsync(Stream stream, Proxy proxy, CancellationToken cancellation)
    {
        var secured = new SslStream(stream);
        try
        {
            await secured.AuthenticateAsClientAsync(
                new SslClientAuthenticationOptions
                {
                    TargetHost = proxy.Host,
                    CertificateChainPolicy = tls.CertificateChainPolicy,
                    RemoteCertificateValidationCallback = tls.RemoteCertificateValidationCallback,
                },
                cancellation).ConfigureAwait(false);
            return new TunnelStream(secured);
        }
        catch
        {
            await secured.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }
}
