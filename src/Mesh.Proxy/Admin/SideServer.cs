using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Options;

namespace Mesh.Proxy.Admin;

/// <summary>A Kestrel without middleware, HTTP/1.1 alone, for few and small requests: apart from the one that carries traffic, so that it answers while that one drains.</summary>
internal sealed class SideServer(ILoggerFactory loggers) : IHttpApplication<IFeatureCollection>, IDisposable
{
    private const int MaxConnections = 100;
    private const int MaxBody = 1024;

    private KestrelServer? _server;

    /// <summary>Opens the addresses.</summary>
    /// <param name="doors">Where, which member of the bootstrap file says so, and who answers there.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>Where they are: other than asked for where a port was 0.</returns>
    /// <exception cref="IOException">One of them cannot be opened.</exception>
    public async Task<IReadOnlyList<IPEndPoint>> StartAsync(IReadOnlyList<(string Member, IPEndPoint Address, RequestDelegate Answer)> doors, CancellationToken cancellationToken)
    {
        var options = new KestrelServerOptions { AddServerHeader = false };
        options.Limits.MaxRequestBodySize = MaxBody;
        options.Limits.MaxConcurrentConnections = MaxConnections;
        var listening = new List<ListenOptions>();
        foreach (var (_, address, answer) in doors)
        {
            options.Listen(address, listen =>
            {
                listen.Protocols = HttpProtocols.Http1;
                listen.Use(next => connection =>
                {
                    connection.Features.Set(new Door(answer));
                    return next(connection);
                });
                listening.Add(listen);
            });
        }

        _server = new KestrelServer(Options.Create(options), new SocketTransportFactory(Options.Create(new SocketTransportOptions { IOQueueCount = 1 }), loggers), loggers);
        try
        {
            await _server.StartAsync(this, cancellationToken);
        }
        catch (Exception e) when (e is IOException or SocketException)
        {
            throw new IOException($"{string.Join(", ", doors.Select(d => $"{d.Member}={d.Address}"))} ({e.Message})", e);
        }

        return [.. listening.Select(l => l.IPEndPoint!)];
    }

    /// <summary>Closes them.</summary>
    public Task StopAsync(CancellationToken cancellationToken) => _server?.StopAsync(cancellationToken) ?? Task.CompletedTask;

    /// <inheritdoc />
    public void Dispose() => _server?.Dispose();

    /// <inheritdoc />
    public IFeatureCollection CreateContext(IFeatureCollection contextFeatures) => contextFeatures;

    /// <inheritdoc />
    public Task ProcessRequestAsync(IFeatureCollection context) => context.GetRequiredFeature<Door>().Answer(new DefaultHttpContext(context));

    /// <inheritdoc />
    public void DisposeContext(IFeatureCollection context, Exception? exception)
    {
        // Nothing was made for it.
    }

    private sealed record Door(RequestDelegate Answer);
}
