using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;

namespace Mesh.Proxy.Downstreams;

/// <summary>Takes connections without TLS: finds out by the first bytes whether it is HTTP/1.1 or HTTP/2 with prior knowledge, and hands them to Kestrel.</summary>
internal sealed class PlainHttp : IDisposable
{
    // A caller of HTTP speaks first and at once; one that waits to be spoken to shall not wait long for nothing.
    private static readonly TimeSpan FirstByteWithin = TimeSpan.FromSeconds(1);

    private readonly HttpEngine _engine;
    private readonly TimeProvider _time;
    private readonly SocketConnectionContextFactory _factory;

    public PlainHttp(HttpEngine engine, TimeProvider time, ILogger<PlainHttp> logger)
    {
        _engine = engine;
        _time = time;
        // Both inline switches belong together; see Program.cs for the other one.
        _factory = new SocketConnectionContextFactory(new SocketConnectionFactoryOptions { IOQueueCount = 0, UnsafePreferInlineScheduling = true }, logger);
    }

    /// <summary>Serves a connection to its first bytes, then lets Kestrel have it.</summary>
    /// <param name="socket">The connection; owned from here on.</param>
    /// <param name="connections">Where it is counted.</param>
    /// <param name="welcome">Says what is known of it before its first byte.</param>
    /// <param name="opaque">Called for a connection that does not begin like HTTP, or not at once, which is then closed; <see langword="null"/>: HTTP was declared.</param>
    public async Task AcceptAsync(Socket socket, ConnectionSet connections, Func<ConnectionContext, ValueTask<DownstreamConnection>> welcome, Action? opaque = null)
    {
        ConnectionContext? connection = null;
        try
        {
            connection = _factory.Create(socket);
            var downstream = await welcome(connection);
            connection.Features.Set(downstream);
            connections.Add(downstream);
            connection.ConnectionClosed.UnsafeRegister(_ => connections.Remove(downstream), null);
            if (opaque is not null && !await BeginsLikeHttpAsync(connection))
            {
                opaque();
            }
            else if (await FindWireAsync(connection) is { } wire)
            {
                await _engine.ServeAsync(connection, wire);
                return;
            }
        }
        catch (Exception e) when (e is IOException or SocketException or OperationCanceledException or ObjectDisposedException)
        {
            // It went away, or said nothing in time.
        }

        if (connection is not null)
        {
            await connection.DisposeAsync();
        }
        else
        {
            socket.Dispose();
        }
    }

    /// <inheritdoc />
    public void Dispose() => _factory.Dispose();

    private async ValueTask<bool> BeginsLikeHttpAsync(ConnectionContext connection)
    {
        using var limit = new CancellationTokenSource(FirstByteWithin, _time);
        try
        {
            var input = connection.Transport.Input;
            var buffer = (await input.ReadAsync(limit.Token)).Buffer;
            var begins = !buffer.IsEmpty && char.IsAsciiLetterUpper((char)buffer.FirstSpan[0]);
            input.AdvanceTo(buffer.Start);
            return begins;
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested)
        {
            return false;
        }
    }

    private async ValueTask<HttpWire?> FindWireAsync(ConnectionContext connection)
    {
        using var limit = new CancellationTokenSource(_engine.Limits.Head, _time);
        var input = connection.Transport.Input;
        while (true)
        {
            var result = await input.ReadAsync(limit.Token);
            var buffer = result.Buffer;
            var verdict = Http2Preface.Judge(buffer);
            // Nothing is consumed; what was looked at counts as unseen again once it is known, so that Kestrel's first read sees it.
            input.AdvanceTo(buffer.Start, verdict is null ? buffer.End : buffer.Start);
            if (verdict is not null)
            {
                return verdict;
            }

            if (result.IsCompleted)
            {
                return buffer.IsEmpty ? null : HttpWire.Http1;
            }
        }
    }
}
