using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using Mesh.Proxy.Errors;

namespace Mesh.Proxy.Upstreams;

/// <summary>Opens sockets, and TLS on them, under one limit, and says in an error what went wrong and where.</summary>
internal sealed class Dialer(TimeProvider time)
{
    /// <summary>Opens a connection.</summary>
    /// <param name="endPoint">An address, or a name that is resolved now.</param>
    /// <param name="limit">Limit for all of it.</param>
    /// <param name="tls">What TLS is to be; <see langword="null"/>: none.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <param name="mayAgreeToNone">Whether a far end that knows no ALPN will do.</param>
    public async ValueTask<UpstreamConnection> ConnectAsync(EndPoint endPoint, TimeSpan limit, SslClientAuthenticationOptions? tls, CancellationToken cancellationToken, bool mayAgreeToNone = false)
    {
        using var timeout = new CancellationTokenSource(limit, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        var socket = endPoint.AddressFamily is AddressFamily.InterNetwork or AddressFamily.InterNetworkV6
            ? new Socket(endPoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp)
            : new Socket(SocketType.Stream, ProtocolType.Tcp);
        SslStream? ssl = null;
        try
        {
            socket.NoDelay = true;
            TcpLiveness.Watch(socket);
            await socket.ConnectAsync(endPoint, either.Token);
            if (tls is null)
            {
                return new UpstreamConnection(socket, new PlainStream(socket), Network: null);
            }

            var network = new WatchedStream(socket);
            ssl = new SslStream(network, leaveInnerStreamOpen: false);
            await ssl.AuthenticateAsClientAsync(tls, either.Token);
            if (!mayAgreeToNone && tls.ApplicationProtocols is { Count: > 0 } && ssl.NegotiatedApplicationProtocol.Protocol.IsEmpty)
            {
                throw new AuthenticationException("it agreed to no protocol");
            }

            return new UpstreamConnection(socket, ssl, network);
        }
        catch (Exception e)
        {
            if (ssl is not null)
            {
                await ssl.DisposeAsync();
            }

            socket.Dispose();
            if (cancellationToken.IsCancellationRequested)
            {
                throw new OperationCanceledException(e.Message, e, cancellationToken);
            }

            throw Explain(e, endPoint, limit, isTimeout: timeout.IsCancellationRequested, isTls: ssl is not null);
        }
    }

    private static UpstreamException Explain(Exception error, EndPoint endPoint, TimeSpan limit, bool isTimeout, bool isTls) => error switch
    {
        _ when isTimeout => new(ProxyError.ConnectTimeout, $"{endPoint} did not accept a connection within {limit.TotalSeconds:0.###} s", error),
        UpstreamException known => known,
        _ when isTls => new(ProxyError.HandshakeFailed, $"the TLS handshake with {endPoint} failed: {Innermost(error)}", error),
        _ => new(ProxyError.ConnectFailed, $"no connection to {endPoint}: {Innermost(error)}", error),
    };

    private static string Innermost(Exception error)
    {
        while (error.InnerException is { } inner)
        {
            error = inner;
        }

        return error.Message.TrimEnd('.');
    }
}
