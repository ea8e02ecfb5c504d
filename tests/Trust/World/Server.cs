using System.Collections.ObjectModel;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;

namespace Trust.World;

/// <summary>A TLS server that sends exactly these certificates in this order, and answers whoever accepts them with "accepted".</summary>
internal sealed class Server : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly SslServerAuthenticationOptions _options;

    public Server(X509Certificate2 leaf, IEnumerable<X509Certificate2> sent, SslProtocols protocol)
    {
        _options = new SslServerAuthenticationOptions
        {
            ServerCertificateContext = Context(leaf, new ReadOnlyCollection<X509Certificate2>([.. sent]), null),
            EnabledSslProtocols = protocol,
        };
        _listener.Start();
        _ = Serve();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    public void Dispose() => _listener.Dispose();

    private async Task Serve()
    {
        while (true)
        {
            try
            {
                _ = Answer(await _listener.AcceptTcpClientAsync());
            }
            catch (Exception closed) when (closed is ObjectDisposedException or SocketException)
            {
                return;
            }
        }
    }

    private async Task Answer(TcpClient client)
    {
        using var connection = client;
        await using var stream = new SslStream(client.GetStream());
        try
        {
            await stream.AuthenticateAsServerAsync(_options);
            _ = await stream.ReadAsync(new byte[4096]);
            await stream.WriteAsync("HTTP/1.1 200 OK\r\nContent-Length: 8\r\nConnection: close\r\n\r\naccepted"u8.ToArray());
        }
        catch (Exception refused) when (refused is IOException or AuthenticationException)
        {
            // The client tells.
        }
    }

    // The public way builds a chain itself, leaves the root out and sorts the rest.
    [UnsafeAccessor(UnsafeAccessorKind.Constructor)]
    private static extern SslStreamCertificateContext Context(
        X509Certificate2 target, ReadOnlyCollection<X509Certificate2> intermediates, SslCertificateTrust? trust);
}
