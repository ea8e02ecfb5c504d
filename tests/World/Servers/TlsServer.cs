using System.Collections.ObjectModel;
using System.Net.Security;
using System.Runtime.CompilerServices;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;

namespace Tests.World;

/// <summary>A TLS server that sends exactly these certificates in this order, and answers whoever accepts them with "accepted".</summary>
public sealed class TlsServer : IDisposable
{
    private readonly LoopbackServer _server;

    public TlsServer(X509Certificate2 leaf, IEnumerable<X509Certificate2> sent, SslProtocols protocol)
    {
        var options = new SslServerAuthenticationOptions
        {
            ServerCertificateContext = Context(leaf, new ReadOnlyCollection<X509Certificate2>([.. sent]), null),
            EnabledSslProtocols = protocol,
        };
        _server = new LoopbackServer(async connection =>
        {
            await using var stream = new SslStream(connection);
            await stream.AuthenticateAsServerAsync(options);
            _ = await stream.ReadAsync(new byte[4096]);
            await stream.WriteAsync("HTTP/1.1 200 OK\r\nContent-Length: 8\r\nConnection: close\r\n\r\naccepted"u8.ToArray());
        });
    }

    public int Port => _server.Port;

    public void Dispose() => _server.Dispose();

    // The public way builds a chain itself, leaves the root out and sorts the rest.
    [UnsafeAccessor(UnsafeAccessorKind.Constructor)]
    private static extern SslStreamCertificateContext Context(
        X509Certificate2 target, ReadOnlyCollection<X509Certificate2> intermediates, SslCertificateTrust? trust);
}
