using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Diagnostics.Metrics;
using System.Globalization;
using System.Net;
using BenchmarkDotNet.Attributes;
using Mesh.Model;
using Mesh.Model.Snapshots;
using Mesh.Model.Topology;
using Mesh.Proxy.Policies.CircuitBreaker;
using Mesh.Proxy.Policies.OutlierDetection;
using Mesh.Proxy.Telemetry;
using Mesh.Proxy.Upstreams;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

namespace Mesh.Benchmarks.Micro;

/// <summary>What a CircuitBreaker policy costs a request that goes well: a place under its limit, and the report of its end.</summary>
[SuppressMessage("Design", "CA1001", Justification = "The detector lives as long as the process of a benchmark.")]
public class BreakerCheck
{
    private const string Caller = "spiffe://shop.local/ns/default/sa/storefront";

    private readonly Breaker _breaker = new(new ConnectionLimits { Requests = 1000, Retries = 100 });
    private readonly ImmutableArray<CallerGate> _gates =
    [
        new(new ConcurrencyLimit { Caller = new PrincipalMatch("spiffe://shop.local/ns/default/sa/reports"), Requests = 10, Origin = Origin.Default }, AppProtocol.Http),
        new(new ConcurrencyLimit { Caller = new PrincipalMatch(Caller), Requests = 1000, Origin = Origin.Default }, AppProtocol.Http),
    ];

    private OutlierDetector? _detector;
    private UpstreamReplica? _replica;

    /// <summary>Whether rates are counted beside failures in a row.</summary>
    [Params(false, true)]
    public bool Rates { get; set; }

    /// <summary>Makes the detector.</summary>
    [GlobalSetup]
    public void Watch()
    {
        var meters = new ServiceCollection().AddMetrics().BuildServiceProvider().GetRequiredService<IMeterFactory>();
        var settings = new OutlierDetection { TotalFailures = 5, GatewayFailures = 5, LocalOriginFailures = 5, SplitErrors = true, SuccessRate = Rates ? new() : null };
        _detector = new OutlierDetector("bench/orders/http", settings, TimeProvider.System, new OutlierEvents(new ProxyMetrics(meters), NullLogger<OutlierEvents>.Instance));
        ImmutableArray<UpstreamReplica> replicas = [.. Enumerable.Range(0, 3).Select(i => new UpstreamReplica(i.ToString(CultureInfo.InvariantCulture), new IPEndPoint(IPAddress.Loopback, 1000 + i), 1))];
        _replica = replicas[0];
        _detector.Watch(replicas, static () => { });
    }

    /// <summary>The receiving side: the gate of a caller that is named behind one that is not, in and out.</summary>
    [Benchmark]
    public bool EnterGateLeave()
    {
        foreach (var gate in _gates)
        {
            if (gate.IsFor(Caller))
            {
                var isIn = gate.Requests.TryEnter();
                gate.Requests.Leave();
                return isIn;
            }
        }

        return false;
    }

    /// <summary>In, reported, out.</summary>
    [Benchmark]
    public bool EnterReportLeave()
    {
        var isIn = _breaker.Requests.TryEnter();
        _detector!.Report(_replica!, AttemptOutcome.Success);
        _breaker.Requests.Leave();
        return isIn;
    }
}
