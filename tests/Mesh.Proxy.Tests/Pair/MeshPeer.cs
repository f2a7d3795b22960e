using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;

namespace Mesh.Proxy.Tests.Pair;

/// <summary>Somebody with a certificate of the mesh and no sidecar of ours, at the mesh door of orders.</summary>
internal static class MeshPeer
{
    /// <summary>A client that shows the certificate; shop's where none is given.</summary>
    public static HttpClient Client(ProxyPair pair, X509Certificate2? leaf = null, Version? version = null)
    {
        var handler = new SocketsHttpHandler
        {
            ConnectCallback = async (_, cancellationToken) =>
            {
                var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
                await socket.ConnectAsync(pair.Callee.MeshDoor, cancellationToken);
                return new NetworkStream(socket, ownsSocket: true);
            },
            SslOptions = new SslClientAuthenticationOptions
            {
                ClientCertificateContext = SslStreamCertificateContext.Create(leaf ?? pair.Authority.Issue([pair.Caller.Id.Text]), [pair.Authority.Intermediate], offline: true),
                RemoteCertificateValidationCallback = (_, certificate, _, _) => certificate is not null,
            },
        };
        return new(handler)
        {
            BaseAddress = new Uri("https://http.orders.default/"),
            DefaultRequestVersion = version ?? HttpVersion.Version11,
            DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };
    }
}
