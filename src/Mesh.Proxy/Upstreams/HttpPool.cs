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
    private readonly HttpMessageInvoker _invoker;
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
        _invoker = new HttpMessageInvoker(CreateHandler(connector, idle, age, slots), disposeHandler: true);
    }

    /// <summary>The generation of the SVID that its connections show; 0 where they show none.</summary>
    public long Generation { get; }

    /// <summary>Scheme and host for request URIs. The connections lead to one address; the host is never resolved nor sent.</summary>
    public string Origin { get; }

    /// <summary>Connections for plain requests over HTTP/1.1.</summary>
    public Http1Pool Http1 { get; }

    /// <summary>For the forwarder of upgrades, which takes an invoker.</summary>
    public HttpMessageInvoker Invoker => _invoker;

    /// <summary>Sends a request; the task ends with the head of the response.</summary>
    public Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) => _invoker.SendAsync(request, cancellationToken);

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
            _invoker.Dispose();
            Http1.Dispose();
        }
    }

    /// <summary>Takes nothing new; to be called once.</summary>
    public void Retire() => Leave();

    private static SocketsHttpHandler CreateHandler(IConnector connector, TimeSpan idle, TimeSpan? age, ConnectionSlots? slots) => new()
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
            var connection = slots is null ? await connector.ConnectAsync(use, cancellationToken) : await slots.OpenAsync(use, cancelled => connector.ConnectAsync(use, cancelled), cancellationToken);
            return connection.Stream;
        },
    };
}
