using System.Net.Security;
using System.Net.Sockets;

namespace Mesh.Proxy.Tests.Pair;

/// <summary>Somebody with a certificate of the mesh and no sidecar of ours, at the mesh door of orders.</summary>
internal static class MeshPeer
{
    /// <summary>A client that shows shop's certificate.</summary>
    /// <param name="pair">The pair.</param>
    /// <param name="version">The version of HTTP.</param>
    /// <param name="connected">Called for each connection.</param>
    public static HttpClient Client(ProxyPair pair, Version version, Action? connected = null)
    {
        var protocol = version.Major == 2 ? SslApplicationProtocol.Http2 : SslApplicationProtocol.Http11;
        var handler = new SocketsHttpHandler
        {
            // TLS by hand: of itself the handler offers no protocol for HTTP/1.1.
            ConnectCallback = async (_, _) =>
            {
                connected?.Invoke();
                return await ConnectAsync(pair, protocol);
            },
        };
        return new(handler) { BaseAddress = new Uri("http://orders/"), DefaultRequestVersion = version, DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact };
    }

    /// <summary>A connection that shows it, to speak over by hand.</summary>
    public static async Task<SslStream> ConnectAsync(ProxyPair pair, SslApplicationProtocol protocol)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(pair.Callee.MeshDoor).InTime();
        var tls = new SslStream(new NetworkStream(socket, ownsSocket: true));
        var options = new SslClientAuthenticationOptions
        {
            TargetHost = "http.orders.default",
            ApplicationProtocols = [protocol],
            ClientCertificateContext = SslStreamCertificateContext.Create(pair.Authority.Issue([pair.Caller.Id.Text]), [pair.Authority.Intermediate], offline: true),
            RemoteCertificateValidationCallback = (_, certificate, _, _) => certificate is not null,
        };
        await tls.AuthenticateAsClientAsync(options, TestContext.Current.CancellationToken).InTime();
        return tls;
    }
}
