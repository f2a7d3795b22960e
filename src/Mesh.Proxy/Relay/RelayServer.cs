using System.Net;
using System.Net.Sockets;
using Mesh.Proxy.Bootstrap;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Options;

namespace Mesh.Proxy.Relay;

/// <summary>The relay's listeners: a Kestrel of its own, so that clients of this replica's own can neither crowd out its traffic nor its admin endpoint.</summary>
internal sealed partial class RelayServer(RelaySettings settings, RelayLimits limits, RelayEndpoint endpoint, ILoggerFactory loggers, ILogger<RelayServer> logger)
    : IHostedService, IHttpApplication<IFeatureCollection>, IDisposable
{
    private const UnixFileMode OwnerFile = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private KestrelServer? _server;

    /// <summary>The loopback address once it listens. <see langword="null"/>: none.</summary>
    public IPEndPoint? Address { get; private set; }

    /// <inheritdoc />
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        var options = new KestrelServerOptions { AddServerHeader = false };
        options.Limits.MaxConcurrentConnections = limits.Connections;
        options.Limits.Http2.MaxStreamsPerConnection = limits.Streams;
        options.Limits.Http2.KeepAlivePingDelay = limits.PingDelay;
        options.Limits.Http2.KeepAlivePingTimeout = limits.PingTimeout;
        options.Limits.MaxRequestBodySize = null;
        options.Limits.MinRequestBodyDataRate = null;
        options.Limits.MinResponseDataRate = null;
        ListenOptions? listening = null;
        if (settings.Socket is { } path)
        {
            Clear(path);
            options.ListenUnixSocket(path, listen => listen.Protocols = HttpProtocols.Http2);
        }

        if (settings.Address is { } address)
        {
            options.Listen(address, listen =>
            {
                listen.Protocols = HttpProtocols.Http2;
                listening = listen;
            });
        }

        var sockets = new SocketTransportOptions { IOQueueCount = 1, CreateBoundListenSocket = Bind };
        _server = new KestrelServer(Options.Create(options), new SocketTransportFactory(Options.Create(sockets), loggers), loggers);
        try
        {
            await _server.StartAsync(this, cancellationToken);
        }
        catch (Exception e) when (e is IOException or SocketException)
        {
            throw new IOException($"relay: cannot listen on {settings.Socket ?? settings.Address?.ToString()} ({e.Message})", e);
        }

        Address = listening?.IPEndPoint;
        if (settings.Socket is not null)
        {
            Log.Listening(logger, settings.Socket);
        }

        if (Address is not null)
        {
            Log.Listening(logger, Address.ToString());
        }
    }

    /// <inheritdoc />
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        endpoint.Stop();
        if (_server is not null)
        {
            await _server.StopAsync(cancellationToken);
        }

        if (settings.Socket is { } path)
        {
            File.Delete(path);
        }
    }

    /// <inheritdoc />
    public void Dispose() => _server?.Dispose();

    /// <inheritdoc />
    public IFeatureCollection CreateContext(IFeatureCollection contextFeatures) => contextFeatures;

    /// <inheritdoc />
    public Task ProcessRequestAsync(IFeatureCollection context) => endpoint.AnswerAsync(new DefaultHttpContext(context));

    /// <inheritdoc />
    public void DisposeContext(IFeatureCollection context, Exception? exception)
    {
        // Nothing was made for it.
    }

    // What a proxy that was killed left behind would be in the way. One that lives answers, and keeps it.
    private static void Clear(string path)
    {
        if (Path.GetDirectoryName(path) is { Length: > 0 } directory && !Directory.Exists(directory))
        {
            new StateDirectory(directory).Prepare();
        }

        if (!File.Exists(path))
        {
            return;
        }

        using var probe = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            probe.Connect(new UnixDomainSocketEndPoint(path));
        }
        catch (SocketException)
        {
            File.Delete(path);
            return;
        }

        throw new IOException($"relay.socket={path} (another process listens there)");
    }

    private static Socket Bind(EndPoint endPoint)
    {
        var socket = SocketTransportOptions.CreateDefaultBoundListenSocket(endPoint);
        if (endPoint is UnixDomainSocketEndPoint unix && !OperatingSystem.IsWindows())
        {
            // Bound but not listening yet: nobody came in by the mode that it was made with.
            File.SetUnixFileMode(unix.ToString(), OwnerFile);
        }

        return socket;
    }

    private static partial class Log
    {
        [LoggerMessage(3900, LogLevel.Information, "xDS clients beside this sidecar are served at {Address}.", EventName = nameof(Listening))]
        public static partial void Listening(ILogger logger, string address);
    }
}
