using System.Globalization;
using System.Net;
using Mesh.Model.Topology;
using Mesh.Proxy.Errors;
using Mesh.Proxy.Upstreams;

namespace Mesh.Proxy.Inbound;

/// <summary>The app behind this proxy, on one port: how it is reached, and whether it has ever been.</summary>
internal sealed class LocalApplication : IConnector, IDisposable
{
    /// <summary>How long requests are held for an app that has not accepted its first connection. Default: 30 s, what slow starts take and callers bear.</summary>
    internal static readonly TimeSpan Hold = TimeSpan.FromSeconds(30);

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    // Node closes a kept connection after 5 s, others later: to be the first to close saves the race against it.
    private static readonly TimeSpan Idle = TimeSpan.FromSeconds(4);

    private readonly IConnector _connector;
    private readonly TimeProvider _time;
    private readonly HttpPool _pool;
    private volatile bool _wasReached;
    private volatile bool _needsHttp2;

    /// <param name="port">The port's name.</param>
    /// <param name="protocol">What it speaks.</param>
    /// <param name="address">Where it is.</param>
    /// <param name="connect">Limit for one connection attempt.</param>
    /// <param name="kit">What upstreams need.</param>
    /// <param name="bounds">What bounds the connections for requests; <see langword="null"/>: nothing does.</param>
    /// <param name="same">The same app, under other bounds; <see langword="null"/>: none is known.</param>
    public LocalApplication(string port, AppProtocol protocol, EndPoint address, TimeSpan connect, UpstreamKit kit, ConnectionGates? bounds = null, LocalApplication? same = null)
    {
        Port = port;
        Protocol = protocol;
        Address = address;
        Connect = connect;
        _time = kit.Time;
        _connector = protocol == AppProtocol.Https
            ? new WebTlsConnector(kit.Dialer, address, connect, "localhost", kit.ServerCertificate)
            : new PlainConnector(kit.Dialer, address, connect);
        _pool = new HttpPool(this, Idle, age: null, generation: 0, _time, bounds);
        Bounds = bounds;
        _wasReached = same?._wasReached ?? false;
        _needsHttp2 = same?._needsHttp2 ?? false;
    }

    /// <summary>The port's name.</summary>
    public string Port { get; }

    /// <summary>What the app speaks.</summary>
    public AppProtocol Protocol { get; }

    /// <summary>Where it is.</summary>
    public EndPoint Address { get; }

    /// <summary>Limit for one connection attempt.</summary>
    public TimeSpan Connect { get; }

    /// <summary>What bounds the connections for requests; <see langword="null"/>: nothing does.</summary>
    public ConnectionGates? Bounds { get; }

    /// <inheritdoc />
    public bool IsWebTls => _connector.IsWebTls;

    /// <summary>For <see cref="AppProtocol.Https"/>: whether it was found to take HTTP/2 only, as gRPC templates set it up.</summary>
    public bool NeedsHttp2 => _needsHttp2;

    /// <summary>Raised when a connection was refused: whoever watches the app looks at once.</summary>
    public event Action? Refused;

    /// <summary>Its connections, held for the caller; <see langword="null"/>: the configuration has dropped it.</summary>
    public HttpPool? Pool => _pool.TryEnter() ? _pool : null;

    /// <summary>An app's address as people write it, host and port.</summary>
    public static string NameOf(EndPoint address) => address is DnsEndPoint name ? string.Create(CultureInfo.InvariantCulture, $"{name.Host}:{name.Port}") : $"{address}";

    /// <summary>Notes that it accepted a connection.</summary>
    public void NoteReached() => _wasReached = true;

    /// <inheritdoc />
    public async ValueTask<UpstreamConnection> ConnectAsync(ConnectionUse use, CancellationToken cancellationToken)
    {
        var started = _time.GetTimestamp();
        while (true)
        {
            try
            {
                var connection = await _connector.ConnectAsync(use, cancellationToken);
                _wasReached = true;
                return connection;
            }
            catch (UpstreamException e) when (e.Error == ProxyError.HandshakeFailed)
            {
                _needsHttp2 = use == ConnectionUse.Http1 && await TakesHttp2Async(cancellationToken);
                throw;
            }
            catch (UpstreamException e) when (e.Error != ProxyError.AppCertificate)
            {
                Refused?.Invoke();
                if (_wasReached || _time.GetElapsedTime(started) >= Hold)
                {
                    var hint = _wasReached ? "it accepted connections before and has stopped" : $"it has not accepted a connection within {Hold.TotalSeconds:0} s";
                    throw new UpstreamException(ProxyError.AppUnreachable, $"the app behind port {Port} is not there, {hint}: {e.Message}", e);
                }
            }

            // The app is starting: whoever calls now is served as soon as it listens.
            await Task.Delay(Pause, _time, cancellationToken);
        }
    }

    /// <inheritdoc />
    public void Dispose() => _pool.Retire();

    private async ValueTask<bool> TakesHttp2Async(CancellationToken cancellationToken)
    {
        try
        {
            var connection = await _connector.ConnectAsync(ConnectionUse.Http2, cancellationToken);
            await connection.Stream.DisposeAsync();
            return true;
        }
        catch (UpstreamException)
        {
            return false;
        }
    }
}
