using System.Collections.Immutable;
using System.Net;
using Mesh.Proxy.Identity;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;

namespace Mesh.Proxy.Downstreams;

/// <summary>What is known of a caller's connection before its first request: through which door, and who.</summary>
internal sealed class DownstreamConnection(ConnectionContext transport, IExchangeHandler handler, CallerVerdict verdict, string port) : IDownstream
{
    private readonly Lock _lock = new();
    private readonly HashSet<Exchange> _exchanges = [];
    private int _pruneAt = 64;
    private long _firstRequest;
    private volatile bool _isRetired;
    private volatile bool _isExpired;

    /// <summary>Who answers its requests.</summary>
    public IExchangeHandler Handler => handler;

    /// <summary>What the connection itself shows of the caller.</summary>
    public CallerVerdict Verdict => verdict;

    /// <summary>What is said of the caller, once it was worked out. Requests that race here work out the same.</summary>
    public CallerLabel? Label { get; set; }

    /// <summary>The caller's address, as headers write it. Requests that race here work out the same.</summary>
    public string Address => field ??= AddressOf(transport.RemoteEndPoint);

    /// <summary>The port that it was opened for.</summary>
    public string Port => port;

    /// <summary>Whether the caller speaks https: what redirects and <c>X-Forwarded-Proto</c> say.</summary>
    public bool IsSecure { get; init; }

    /// <summary>At a mesh door: what the handshake came to.</summary>
    public AgreedTls? Agreed { get; init; }

    /// <summary>The connection itself.</summary>
    public ConnectionContext Transport => transport;

    /// <summary>Says that a request begins: one on a connection that is too old is its last.</summary>
    /// <param name="limit">How old it may grow from its first request on.</param>
    /// <param name="time">The clock.</param>
    public void Age(TimeSpan limit, TimeProvider time)
    {
        var now = time.GetTimestamp();
        var first = Interlocked.CompareExchange(ref _firstRequest, now, 0);
        if (first != 0 && !_isRetired && time.GetElapsedTime(first, now) >= limit)
        {
            Retire();
        }
    }

    /// <summary>Whether Kestrel has it. Before that nothing was asked over it: callers connect ahead of their first request.</summary>
    public bool HasBegun => transport.Features.Get<IConnectionLifetimeNotificationFeature>() is not null;

    /// <summary>Lets what runs finish, and no new request begin: GOAWAY, or <c>Connection: close</c>.</summary>
    public void Retire()
    {
        _isRetired = true;
        transport.Features.Get<IConnectionLifetimeNotificationFeature>()?.RequestClose();
    }

    /// <summary>Whether the certificate has ended that the caller showed: what is asked over it from then on is refused. Callers that are told to go need not.</summary>
    public bool IsExpired => _isExpired;

    /// <summary>Says that the certificate has ended that the caller showed.</summary>
    public void Expire()
    {
        _isExpired = true;
        Retire();
    }

    /// <summary>Ends it at once.</summary>
    public void Abort(string reason) => transport.Abort(new ConnectionAbortedException(reason));

    /// <summary>The requests under way that fail the test are broken off.</summary>
    /// <param name="keeps">The test: what is known of a request, and, of one without an identity, whether it streams or may begin to.</param>
    public void BreakOff(Func<RequestFacts, bool, bool> keeps)
    {
        lock (_lock)
        {
            foreach (var exchange in _exchanges)
            {
                try
                {
                    if (exchange.Facts is { } facts && !keeps(facts, Streams(exchange, facts)) && ReferenceEquals(facts, exchange.Facts))
                    {
                        exchange.Context.Abort();
                    }
                }
                catch (ObjectDisposedException)
                {
                    // It ended while it was looked at.
                }
            }
        }
    }

    /// <summary>What permissions saw of the requests that are under way.</summary>
    public ImmutableArray<RequestFacts> Running()
    {
        lock (_lock)
        {
            return [.. _exchanges.Select(exchange => exchange.Facts).OfType<RequestFacts>()];
        }
    }

    private static string AddressOf(EndPoint? remote)
    {
        var address = (remote as IPEndPoint)?.Address ?? IPAddress.None;
        return (address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address).ToString();
    }

    // What is being answered may go on for ever: no head tells a download from a stream of events.
    private static bool Streams(Exchange exchange, RequestFacts facts) => facts.Caller is null && (facts.IsStream || exchange.Context.Response.HasStarted);

    // Kestrel keeps one exchange for a connection of HTTP/1.1, and drops and makes those of HTTP/2 as it likes: without pruning a long connection would gather them.
    internal void List(Exchange exchange)
    {
        if (_isRetired)
        {
            Retire(); // It was before Kestrel had it.
        }

        lock (_lock)
        {
            if (_exchanges.Count >= _pruneAt)
            {
                _exchanges.RemoveWhere(e => e.TryUnlist());
                _pruneAt = Math.Max(64, _exchanges.Count * 2);
            }

            exchange.MarkListed();
            _exchanges.Add(exchange);
        }
    }
}
