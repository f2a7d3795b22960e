using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using Mesh.Proxy.Identity;
using Microsoft.AspNetCore.Connections;

namespace Mesh.Proxy.Downstreams;

/// <summary>Takes connections with the TLS of the web: shows the server certificate, agrees on HTTP/2 or HTTP/1.1 by ALPN, and hands them to Kestrel.</summary>
internal sealed partial class SecureHttp(HttpEngine engine, ServerCertificate certificate, TimeProvider time, ILogger<SecureHttp> logger)
{
    /// <summary>Whether there is a certificate to show; else <see cref="PlainHttp"/> takes the connections of https ports too.</summary>
    public bool IsPossible => certificate.IsGiven;

    /// <summary>Serves a connection to the end of its handshake, then lets Kestrel have it.</summary>
    /// <param name="socket">The connection; owned from here on.</param>
    /// <param name="connections">Where it is counted.</param>
    /// <param name="welcome">Says what is known of it before its first request.</param>
    public async Task AcceptAsync(Socket socket, ConnectionSet connections, Func<ConnectionContext, ValueTask<DownstreamConnection>> welcome)
    {
        var tls = new SslStream(new NetworkStream(socket, ownsSocket: true), leaveInnerStreamOpen: false);
        var isHandedOver = false;
        try
        {
            await HandshakeAsync(tls);
            var connection = new TlsConnection(tls, socket);
            var downstream = await welcome(connection);
            connection.Features.Set(downstream);
            connections.Add(downstream);
            connection.ConnectionClosed.UnsafeRegister(_ => connections.Remove(downstream), null);
            connection.Start();
            isHandedOver = true;
            await engine.ServeAsync(connection, tls.NegotiatedApplicationProtocol == SslApplicationProtocol.Http2 ? HttpWire.Http2 : HttpWire.Http1);
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

    private async ValueTask HandshakeAsync(SslStream tls)
    {
        using var limit = new CancellationTokenSource(engine.Limits.Head, time);
        var options = new SslServerAuthenticationOptions
        {
            ServerCertificateContext = certificate.Current ?? throw new AuthenticationException("the server certificate cannot be read"),
            ApplicationProtocols = [SslApplicationProtocol.Http2, SslApplicationProtocol.Http11],
        };
        await tls.AuthenticateAsServerAsync(options, limit.Token);
    }

    private static partial class Log
    {
        [LoggerMessage(3564, LogLevel.Debug, "A connection from {Remote} to an https port ended before it was secure: {Reason}.", EventName = nameof(HandshakeFailed))]
        public static partial void HandshakeFailed(ILogger logger, string remote, string reason);
    }
}
