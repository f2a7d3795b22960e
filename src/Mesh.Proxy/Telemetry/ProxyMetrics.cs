using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace Mesh.Proxy.Telemetry;

/// <summary>Everything this process measures. Names follow OpenTelemetry's semantic conventions where they have one, else begin with <c>mesh.</c>; times are in seconds.</summary>
internal sealed class ProxyMetrics
{
    /// <summary>The meter's name.</summary>
    public const string MeterName = "Mesh.Proxy";

    private readonly Histogram<double> _server;
    private readonly Histogram<double> _client;
    private readonly UpDownCounter<long> _active;
    private readonly Counter<long> _retries;
    private readonly Counter<long> _shadowDenials;
    private readonly Counter<long> _rateLimited;
    private readonly Counter<long> _tokens;
    private readonly Counter<long> _tokenKeys;
    private readonly Counter<long> _accessLogDrops;
    private readonly Counter<long> _faults;
    private readonly Counter<long> _mirrors;
    private readonly Counter<long> _authorizations;
    private readonly Histogram<double> _tunnels;
    private readonly Counter<long> _tunnelBytes;

    public ProxyMetrics(IMeterFactory meters)
    {
        var meter = meters.Create(MeterName);
        Meter = meter;

        // Exporters would count in buckets of 5 s and more.
        var durations = new InstrumentAdvice<double> { HistogramBucketBoundaries = MetricTable.Bounds };
        (_server, _client) = Durations(meter, MetricTable.Bounds);
        _active = meter.CreateUpDownCounter<long>("mesh.active_requests", "{request}", "Requests in flight.");
        _retries = meter.CreateCounter<long>("mesh.retries", "{attempt}", "Attempts after the first.");
        _shadowDenials = meter.CreateCounter<long>("mesh.shadow_denials", "{request}", "Requests that passed but would be denied once their permission is in force.");
        _accessLogDrops = meter.CreateCounter<long>("mesh.access_log.dropped", "{line}", "Lines of access logs that could not be written in time, or at all.");
        _rateLimited = meter.CreateCounter<long>("mesh.rate_limited", "{request}", "Requests and opaque connections that a limit refused.");
        _tokens = meter.CreateCounter<long>("mesh.tokens", "{token}", "JSON Web Tokens of requests, by what came of them.");
        _tokenKeys = meter.CreateCounter<long>("mesh.token_keys.reads", "{read}", "Reads of the keys that tokens are verified with.");
        _faults = meter.CreateCounter<long>("mesh.faults", "{fault}", "What faults that somebody asked for did to calls.");
        _mirrors = meter.CreateCounter<long>("mesh.mirrors", "{request}", "Copies of requests, by what became of them: sent, failed, dropped.");
        _authorizations = meter.CreateCounter<long>("mesh.authorizations", "{request}", "Requests that a service was asked about, by outcome: allowed, denied, failed, failed_open.");
        _tunnels = meter.CreateHistogram("mesh.tunnel.duration", "s", "Opaque connections, when they end.", null, durations);
        _tunnelBytes = meter.CreateCounter<long>("mesh.tunnel.io", "By", "Bytes of opaque connections, by direction.");
    }

    /// <summary>For gauges that other folders observe.</summary>
    internal Meter Meter { get; }

    /// <summary>Whether a meter is this process's: this one, or one with buckets that a policy says.</summary>
    internal bool Owns(Meter meter) => ReferenceEquals(meter, Meter) || ReferenceEquals(meter.Scope, this);

    /// <summary>The instruments that measure how long requests take, those that came in and those that were sent.</summary>
    internal static (Histogram<double> Server, Histogram<double> Client) Durations(Meter meter, double[] bounds)
    {
        var advice = new InstrumentAdvice<double> { HistogramBucketBoundaries = bounds };
        return (
            meter.CreateHistogram("http.server.request.duration", "s", "Requests that came in through the mesh door or a front door.", null, advice),
            meter.CreateHistogram("http.client.request.duration", "s", "Requests that this service's app sent to others, retries included.", null, advice));
    }

    /// <summary>A request begins.</summary>
    public void RequestStarted(HopDirection direction) => _active.Add(1, new KeyValuePair<string, object?>("mesh.direction", Word(direction)));

    /// <summary>A request has ended; each start has one.</summary>
    /// <param name="tags">What it is counted under.</param>
    /// <param name="elapsed">From its first byte to the end of the response.</param>
    /// <param name="telemetry">What policies say of it; <see langword="null"/>: nothing.</param>
    /// <param name="measured">The values of the policies' tags.</param>
    public void RequestCompleted(in RequestTags tags, TimeSpan elapsed, CompiledTelemetry? telemetry = null, string?[]? measured = null)
    {
        _active.Add(-1, new KeyValuePair<string, object?>("mesh.direction", Word(tags.Direction)));
        var isSent = tags.Direction == HopDirection.Outbound;
        var histogram = telemetry?.Durations is { } own ? isSent ? own.Client : own.Server : isSent ? _client : _server;
        if (!histogram.Enabled || telemetry is { AreMetricsOff: true })
        {
            return;
        }

        var room = default(TagBuffer);
        Span<KeyValuePair<string, object?>> list = room;
        list[0] = new("mesh.caller", tags.Caller);
        list[1] = new("mesh.callee", tags.Callee);
        list[2] = new("mesh.direction", Word(tags.Direction));
        list[3] = new("http.request.method", KnownMethod(tags.Method));
        list[4] = new("http.response.status_code", StatusBox.Of(tags.Status));
        var count = 5;
        if (tags.Route is { Length: > 0 } route)
        {
            list[count++] = new("http.route", route);
        }

        if (tags.Error is { } error)
        {
            list[count++] = new("error.type", error);
        }

        for (var i = 0; i < (measured?.Length ?? 0); i++)
        {
            if (measured![i] is { } value)
            {
                list[count++] = new(telemetry!.MeasuredName(i), value);
            }
        }

        histogram.Record(elapsed.TotalSeconds, list[..count]);
    }

    /// <summary>What began has ended, and was nobody's request.</summary>
    public void ProbeCompleted(HopDirection direction) => _active.Add(-1, new KeyValuePair<string, object?>("mesh.direction", Word(direction)));

    /// <summary>One more attempt for a request.</summary>
    public void Retried(string callee, string reason) =>
        _retries.Add(1, new KeyValuePair<string, object?>("mesh.callee", callee), new KeyValuePair<string, object?>("mesh.retry.reason", reason));

    /// <summary>A request passed that a permission in rehearsal would deny.</summary>
    /// <param name="caller">Who calls.</param>
    /// <param name="callee">Who is called.</param>
    /// <param name="policy">Kind and name of what would deny it.</param>
    public void ShadowDenied(string caller, string callee, string policy) => _shadowDenials.Add(
        1, new KeyValuePair<string, object?>("mesh.caller", caller), new KeyValuePair<string, object?>("mesh.callee", callee), new KeyValuePair<string, object?>("mesh.policy", policy));

    /// <summary>A request's token was looked at.</summary>
    /// <param name="provider">Whose it is, or <c>unknown</c>.</param>
    /// <param name="outcome"><c>valid</c>; <c>kept</c>: it was verified before; else why it is not taken.</param>
    public void TokenJudged(string provider, string outcome) =>
        _tokens.Add(1, new KeyValuePair<string, object?>("mesh.token.provider", provider), new KeyValuePair<string, object?>("mesh.token.outcome", outcome));

    /// <summary>A provider's keys were read, or could not be.</summary>
    public void TokenKeysRead(string provider, bool success) =>
        _tokenKeys.Add(1, new KeyValuePair<string, object?>("mesh.token.provider", provider), new KeyValuePair<string, object?>("mesh.outcome", success ? "read" : "failed"));

    /// <summary>Lines of an access log are lost.</summary>
    public void AccessLogDropped(int lines) => _accessLogDrops.Add(lines);

    /// <summary>A limit refused a request or connection.</summary>
    public void RateLimited(string caller, string callee) =>
        _rateLimited.Add(1, new KeyValuePair<string, object?>("mesh.caller", caller), new KeyValuePair<string, object?>("mesh.callee", callee));

    /// <summary>A fault that somebody asked for did something to a call.</summary>
    /// <param name="caller">Who calls.</param>
    /// <param name="callee">Who is called.</param>
    /// <param name="kind">What: delay, abort, reset, bandwidth, cut, latency, limit, slow_close.</param>
    public void FaultInjected(string caller, string callee, string kind) => _faults.Add(
        1, new KeyValuePair<string, object?>("mesh.caller", caller), new KeyValuePair<string, object?>("mesh.callee", callee), new KeyValuePair<string, object?>("mesh.fault.kind", kind));

    /// <summary>A copy of a request has ended.</summary>
    public void Mirrored(string callee, string outcome) =>
        _mirrors.Add(1, new KeyValuePair<string, object?>("mesh.callee", callee), new KeyValuePair<string, object?>("mesh.mirror.outcome", outcome));

    /// <summary>A service was asked about a request.</summary>
    public void Authorized(string asked, string outcome) =>
        _authorizations.Add(1, new KeyValuePair<string, object?>("mesh.callee", asked), new KeyValuePair<string, object?>("mesh.authorization.outcome", outcome));

    /// <summary>An opaque connection has ended.</summary>
    /// <param name="tags">What it is counted under.</param>
    /// <param name="elapsed">How long it was open.</param>
    /// <param name="toCallee">Bytes that the caller sent.</param>
    /// <param name="toCaller">Bytes that the callee sent.</param>
    public void TunnelClosed(in TunnelTags tags, TimeSpan elapsed, long toCallee, long toCaller)
    {
        var list = new TagList
        {
            { "mesh.caller", tags.Caller },
            { "mesh.callee", tags.Callee },
            { "mesh.direction", Word(tags.Direction) },
        };
        if (tags.Error is { } error)
        {
            list.Add("error.type", error);
        }

        _tunnels.Record(elapsed.TotalSeconds, list);
        _tunnelBytes.Add(toCallee, [.. list, new("network.io.direction", "transmit")]);
        _tunnelBytes.Add(toCaller, [.. list, new("network.io.direction", "receive")]);
    }

    private static string Word(HopDirection direction) => direction switch
    {
        HopDirection.Outbound => "outbound",
        HopDirection.Inbound => "inbound",
        _ => "front_door",
    };

    // http.request.method of the semantic conventions: unknown ones would let a caller make series without end.
    internal static string KnownMethod(string method) => method switch
    {
        "GET" or "POST" or "PUT" or "DELETE" or "HEAD" or "OPTIONS" or "PATCH" or "TRACE" or "CONNECT" => method,
        _ => "_OTHER",
    };
}
