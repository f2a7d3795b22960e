using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Mesh.Model.Identity;
using Mesh.Model.Topology;
using Mesh.Proxy.Downstreams;
using Mesh.Proxy.Identity;
using Mesh.Proxy.Upstreams;

namespace Mesh.Proxy.Inbound;

/// <summary>
/// The only way in for peers: TLS, 1.3 unless a policy says otherwise, with both certificates; the server name picks the port, ALPN says what is spoken. Nothing is read before the peer is known.
/// </summary>
internal sealed partial class MeshDoor(InboundState state, UpstreamKit kit, HttpEngine engine, MeshDoorHttp http, InboundTunnels tunnels, ILogger<MeshDoor> logger)
{
    /// <summary>Takes a connection; it owns the socket from here on.</summary>
    public async Task AcceptAsync(Socket socket, ConnectionSet connections)
    {
        var network = new WatchedStream(socket);
        var tls = new SslStream(network, leaveInnerStreamOpen: false);
        var isHandedOver = false;
        try
        {
            isHandedOver = await ServeAsync(socket, network, tls, connections);
        }
        catch (Exception e) when (e is IOException or AuthenticationException or OperationCanceledException or SocketException or ObjectDisposedException or InvalidOperationException)
        {
            Log.HandshakeFailed(logger, socket.SafeRemote(), e.InnerException?.Message ?? e.Message);
        }
        finally
        {
            if (!isHandedOver)
            {
                await tls.DisposeAsync();
                socket.Dispose();
            }
        }
    }

    private async ValueTask<bool> ServeAsync(Socket socket, WatchedStream network, SslStream tls, ConnectionSet connections)
    {
        using var limit = new CancellationTokenSource(engine.Limits.Head, kit.Time);
        ServedPort? port = null;
        SpiffeId? self = null;
        await tls.AuthenticateAsServerAsync(
            (_, hello, _, _) =>
            {
                port = Find(hello.ServerName);
                return new ValueTask<SslServerAuthenticationOptions>(Options(port, out self));
            },
            state: null,
            limit.Token);
        if (port is null || self is null || tls.RemoteCertificate is not X509Certificate2 leaf || !PeerVerifier.TryReadId(leaf, self.TrustDomain, SvidRole.Client, out var caller))
        {
            return false;
        }

        var agreed = AgreedTls.Of(tls);
        if (!port.Handshakes.Hold(agreed))
        {
            Log.HandshakeFailed(logger, socket.SafeRemote(), $"{agreed} is not allowed");
            return false;
        }

        var protocol = tls.NegotiatedApplicationProtocol;
        if (protocol == Alpn.Tunnel)
        {
            return await tunnels.ServeAsync(socket, network, tls, port, caller, connections);
        }

        if (protocol != SslApplicationProtocol.Http2 && protocol != SslApplicationProtocol.Http11)
        {
            Log.HandshakeFailed(logger, socket.SafeRemote(), "the peer offered no protocol by ALPN");
            return false;
        }

        var connection = new TlsConnection(tls, socket);
        var downstream = new DownstreamConnection(connection, http, CallerVerdict.Known(caller), port.Port.Port) { Agreed = agreed };
        connection.Features.Set(downstream);
        connections.Add(downstream);
        var lifetime = new CallerLifetime(downstream, leaf.NotAfter.ToUniversalTime(), kit.Time);
        connection.ConnectionClosed.UnsafeRegister(
            _ =>
            {
                lifetime.Dispose();
                connections.Remove(downstream);
            },
            null);
        connection.Start();
        await engine.ServeAsync(connection, protocol == SslApplicationProtocol.Http2 ? HttpWire.Http2 : HttpWire.Http1);
        return true;
    }

    private ServedPort Find(string serverName) => state.Tables?.FindMesh(serverName)
        ?? throw new AuthenticationException($"the server name '{serverName}' is no port of this service");

    private SslServerAuthenticationOptions Options(ServedPort port, out SpiffeId self)
    {
        var svid = kit.Identity.Current ?? throw new AuthenticationException("this proxy has no valid certificate");
        self = svid.Id;
        var options = new SslServerAuthenticationOptions
        {
            ApplicationProtocols = port.Protocol.IsHttp() ? [SslApplicationProtocol.Http2, SslApplicationProtocol.Http11] : [Alpn.Tunnel],
        };
        port.Handshakes.Configure(options);
        kit.Verifier.Configure(options, svid);
        return options;
    }

    private static partial class Log
    {
        [LoggerMessage(3205, LogLevel.Information, "A connection from {Remote} was refused at the mesh door: {Reason}.", EventName = nameof(HandshakeFailed))]
        public static partial void HandshakeFailed(ILogger logger, string remote, string reason);
    }
}
