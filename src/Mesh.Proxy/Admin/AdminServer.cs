using System.Net;
using System.Net.Sockets;
using Mesh.Proxy.Bootstrap;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Options;

namespace Mesh.Proxy.Admin;

/// <summary>The admin endpoint's listener: a Kestrel without middleware, apart from the one that carries traffic, so that it answers while that one drains.</summary>
internal sealed partial class AdminServer(ProxySettings settings, AdminEndpoints endpoints, ILoggerFactory loggers, ILogger<AdminServer> logger)
    : IHostedService, IHttpApplication<IFeatureCollection>, IDisposable
{
    private KestrelServer? _server;

    /// <summary>Where it listens once it does.</summary>
    public IPEndPoint? Address { get; private set; }

    /// <inheritdoc />
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        if (settings.AdminAddress is not { } address)
        {
            return;
        }

        var options = new KestrelServerOptions { AddServerHeader = false };
        options.Limits.MaxRequestBodySize = 1024;
        options.Limits.MaxConcurrentConnections = 100;
        ListenOptions? listening = null;
        options.Listen(address, listen =>
        {
            listen.Protocols = HttpProtocols.Http1;
            listening = listen;
        });
        _server = new KestrelServer(Options.Create(options), new SocketTransportFactory(Options.Create(new SocketTransportOptions { IOQueueCount = 1 }), loggers), loggers);
        try
        {
            await _server.StartAsync(this, cancellationToken);
        }
        catch (Exception e) when (e is IOException or SocketException)
        {
            throw new IOException($"admin.address={address} ({e.Message})", e);
        }

        Address = listening!.IPEndPoint;
        Log.Listening(logger, Address!);
    }

    /// <inheritdoc />
    public Task StopAsync(CancellationToken cancellationToken) => _server?.StopAsync(cancellationToken) ?? Task.CompletedTask;

    /// <inheritdoc />
    public void Dispose() => _server?.Dispose();

    /// <inheritdoc />
    public IFeatureCollection CreateContext(IFeatureCollection contextFeatures) => contextFeatures;

    /// <inheritdoc />
    public Task ProcessRequestAsync(IFeatureCollection context) => endpoints.AnswerAsync(new DefaultHttpContext(context));

    /// <inheritdoc />
    public void DisposeContext(IFeatureCollection context, Exception? exception)
    {
        // Nothing was made for it.
    }

    private static partial class Log
    {
        [LoggerMessage(3100, LogLevel.Information, "The admin endpoint listens on {Address}.", EventName = nameof(Listening))]
        public static partial void Listening(ILogger logger, IPEndPoint address);
    }
}
