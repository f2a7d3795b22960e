using System.Text;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Options;

namespace Mesh.Proxy.Downstreams;

/// <summary>
/// The one Kestrel of this process. It owns no socket: every listener hands its connections over, so that listeners come and go without a server, a heartbeat and a
/// memory pool for each.
/// </summary>
internal sealed class HttpEngine : IAsyncDisposable
{
    private readonly HandOverFactory _factory = new();
    private readonly KestrelServer _server;
    private readonly KestrelServerLimits _kestrel;

    public HttpEngine(DownstreamLimits limits, ILoggerFactory loggers)
    {
        Limits = limits;
        var options = Configure(limits, _factory);
        _kestrel = options.Limits;
        _server = new KestrelServer(Options.Create(options), _factory, loggers);
    }

    /// <summary>What callers may ask.</summary>
    public DownstreamLimits Limits { get; }

    /// <summary>How long the head of a request may take now.</summary>
    public TimeSpan HeadLimit => _kestrel.RequestHeadersTimeout;

    /// <summary>Bounds the heads of requests that begin from now on. Kestrel reads its limits for each of them.</summary>
    /// <param name="limit">How long a head may take; <see langword="null"/>: what every proxy allows.</param>
    public void BoundHeads(TimeSpan? limit) => _kestrel.RequestHeadersTimeout = limit ?? Limits.Head;

    /// <summary>Begins to serve what is handed over.</summary>
    public Task StartAsync(CancellationToken cancellationToken) => _server.StartAsync(new ExchangeApplication(), cancellationToken);

    /// <summary>Finishes what runs, with GOAWAY and <c>Connection: close</c>, until the token says that it has been long enough.</summary>
    public Task StopAsync(CancellationToken cancellationToken) => _server.StopAsync(cancellationToken);

    /// <summary>Hands a connection over. Its features hold a <see cref="DownstreamConnection"/>.</summary>
    public async ValueTask ServeAsync(ConnectionContext connection, HttpWire wire)
    {
        if (!_factory.For(wire).TryHandOver(connection))
        {
            await connection.DisposeAsync();
        }
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await _server.StopAsync(new CancellationToken(canceled: true));
        _server.Dispose();
        await _factory.DisposeAsync();
    }

    private static KestrelServerOptions Configure(DownstreamLimits limits, HandOverFactory factory)
    {
        // Latin-1 both ways hands every octet of a header on as it came; what it means is between caller and app.
        var options = new KestrelServerOptions
        {
            AddServerHeader = false,
            AllowSynchronousIO = false,
            AllowAlternateSchemes = true,
            RequestHeaderEncodingSelector = static name => name == "Content-Length" ? LengthDigits.Instance : Encoding.Latin1,
            ResponseHeaderEncodingSelector = _ => Encoding.Latin1,
        };
        // What is above the limits but below these is answered by RequestRules, which can say who speaks.
        options.Limits.MaxRequestLineSize = limits.RequestLine * RequestRules.KestrelFactor;
        options.Limits.MaxRequestHeadersTotalSize = limits.RequestHeaders * RequestRules.KestrelFactor;
        options.Limits.MaxRequestHeaderCount = limits.HeaderCount * RequestRules.KestrelFactor;
        options.Limits.RequestHeadersTimeout = limits.Head;
        options.Limits.KeepAliveTimeout = limits.KeepAlive;
        options.Limits.Http2.MaxStreamsPerConnection = limits.StreamsPerConnection;
        options.Limits.Http2.MaxRequestHeaderFieldSize = limits.RequestHeaders * RequestRules.KestrelFactor;
        // Bodies are of any size; the app behind has its own limits. Whoever stands still holds a connection and its buffers, so not for ever; a stream that has nothing
        // to say does not stand still, see RequestPace.
        options.Limits.MaxRequestBodySize = null;
        options.Limits.MinRequestBodyDataRate = new MinDataRate(limits.Pace, limits.Standstill);
        options.Limits.MinResponseDataRate = new MinDataRate(limits.Pace, limits.Standstill);
        options.Listen(factory.For(HttpWire.Http1).EndPoint, listen => listen.Protocols = HttpProtocols.Http1);
        options.Listen(factory.For(HttpWire.Http2).EndPoint, listen => listen.Protocols = HttpProtocols.Http2);
        return options;
    }
}
