using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Text;
using Mesh.Proxy.Upstreams.Http1;

namespace Mesh.Proxy.Upstreams;

/// <summary>
/// HTTP connections to one address under one SVID. It lives while somebody holds it: retired, it finishes what runs and takes nothing new.
/// </summary>
[SuppressMessage("Design", "CA1001", Justification = "The last holder that leaves disposes it.")]
internal sealed class HttpPool
{
    // How long the platform's client keeps a connection of HTTP/1.1 where their number is bounded: nobody else can use it, and it closes none when asked to.
    private static readonly TimeSpan IdleWhereBounded = TimeSpan.FromSeconds(1);

    private readonly HttpMessageInvoker _http2;
    private readonly HttpMessageInvoker _http1;
    private int _holders = 1;

    /// <param name="connector">Opens connections.</param>
    /// <param name="idle">How long one is kept without a request.</param>
    /// <param name="age">How old one may grow; <see langword="null"/>: any age.</param>
    /// <param name="generation">That of the SVID.</param>
    /// <param name="time">The clock.</param>
    /// <param name="gates">What bounds their number; <see langword="null"/>: nothing does.</param>
    public HttpPool(IConnector connector, TimeSpan idle, TimeSpan? age, long generation, TimeProvider time, ConnectionGates? gates = null)
    {
        var slots = gates is null ? null : new ConnectionSlots(gates);
        Http1 = new Http1Pool(connector, idle, age, time, slots);
        Generation = generation;
        Origin = connector.IsWebTls ? "https://upstream" : "http://upstream";
        _http2 = new HttpMessageInvoker(CreateHandler(connector, idle, age, slots), disposeHandler: true);
        _http1 = slots is { IsBounded: true } && idle > IdleWhereBounded ? new HttpMessageInvoker(CreateHandler(connector, IdleWhereBounded, age, slots), disposeHandler: true) : _http2;
    }

    /// <summary>The generation of the SVID that its connections show; 0 where they show none.</summary>
    public long Generation { get; }

    /// <summary>Scheme and host for request URIs. The connections lead to one address; the host is never resolved nor sent.</summary>
    public string Origin { get; }

    /// <summary>Connections for plain requests over HTTP/1.1.</summary>
    public Http1Pool Http1 { get; }

    /// <summary>For the forwarder of upgrades, which takes an invoker.</summary>
    public HttpMessageInvoker Invoker => _http1;

    /// <summary>Sends a request; the task ends with the head of the response.</summary>
    public Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) => (request.Version.Major == 2 ? _http2 : _http1).SendAsync(request, cancellationToken);

    /// <summary>Holds the pool, unless it is gone.</summary>
    public bool TryEnter()
    {
        var holders = Volatile.Read(ref _holders);
        while (holders > 0)
        {
            var seen = Interlocked.CompareExchange(ref _holders, holders + 1, holders);
            if (seen == holders)
            {
                return true;
            }

            holders = seen;
        }

        return false;
    }

    /// <summary>Lets go of it.</summary>
    public void Leave()
    {
        if (Interlocked.Decrement(ref _holders) == 0)
        {
            _http2.Dispose();
            _http1.Dispose();
            Http1.Dispose();
        }
    }

    /// <summary>Takes nothing new; to be called once.</summary>
    public void Retire() => Leave();

    private SocketsHttpHandler CreateHandler(IConnector connector, TimeSpan idle, TimeSpan? age, ConnectionSlots? slots) => new()
    {
        AllowAutoRedirect = false,
        UseProxy = false,
        UseCookies = false,
        AutomaticDecompression = DecompressionMethods.None,
        // Spans and their headers are this proxy's own business.
        ActivityHeadersPropagator = null,
        PooledConnectionIdleTimeout = idle,
        PooledConnectionLifetime = age ?? Timeout.InfiniteTimeSpan,
        // The connector has a limit of its own and says where the time went.
        ConnectTimeout = Timeout.InfiniteTimeSpan,
        EnableMultipleHttp2Connections = slots is not { IsBounded: true },
        // A peer that is stopped or cut off answers no ping; its streams end instead of hanging for ever.
        KeepAlivePingPolicy = HttpKeepAlivePingPolicy.WithActiveRequests,
        KeepAlivePingDelay = TimeSpan.FromSeconds(30),
        KeepAlivePingTimeout = TimeSpan.FromSeconds(15),
        MaxResponseHeadersLength = 128, // KiB; apps may answer with more than callers may ask with.
        // Asked for each header before a head goes out, so that no head of a second try does.
        RequestHeaderEncodingSelector = static (_, message) =>
        {
            (message.Content as OutgoingContent)?.ThrowIfLent();
            return Encoding.Latin1;
        },
        ResponseHeaderEncodingSelector = static (_, _) => Encoding.Latin1,
        ConnectCallback = async (context, cancellationToken) =>
        {
            var use = context.InitialRequestMessage.Version.Major == 2 ? ConnectionUse.Http2 : ConnectionUse.Http1;
            ValueTask<UpstreamConnection> OpenAsync(CancellationToken cancelled) => connector.ConnectAsync(use, cancelled);
            var connection = slots is null ? await OpenAsync(cancellationToken)
                : use == ConnectionUse.Http2 ? await slots.OpenHttp2Async(OpenAsync, cancellationToken)
                : await slots.OpenAsync(Http1, OpenAsync, cancellationToken);
            return connection.Stream;
        },
    };
}
