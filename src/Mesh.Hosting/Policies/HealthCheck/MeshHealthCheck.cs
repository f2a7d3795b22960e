using Aspire.Hosting;
using Mesh.Hosting.Exports;
using Mesh.Model.Policies.HealthCheck;

namespace Mesh.Hosting;

/// <summary>How a caller's sidecar asks replicas how they are. What is left <see langword="null"/> comes from less specific calls, policies and defaults.</summary>
[AspireDto]
public sealed class MeshHealthCheck
{
    /// <summary>Between two checks of a replica. Default: 1 min (Kuma).</summary>
    [Milliseconds]
    public TimeSpan? Interval { get; set; }

    /// <summary>Limit for one check. Default: 15 s (Kuma).</summary>
    [Milliseconds]
    public TimeSpan? Timeout { get; set; }

    /// <summary>Failed checks in a row after which a replica is not used, 1 to 1,000. Default: 5 (Kuma).</summary>
    public int? UnhealthyThreshold { get; set; }

    /// <summary>Checks in a row that have to succeed until it is used again, 1 to 1,000. Default: 1 (Kuma).</summary>
    public int? HealthyThreshold { get; set; }

    /// <summary>The first check comes after a time that is drawn up to this. Default: at once.</summary>
    [Milliseconds]
    public TimeSpan? InitialJitter { get; set; }

    /// <summary>Drawn up to this and added to each interval. Default: nothing.</summary>
    [Milliseconds]
    public TimeSpan? IntervalJitter { get; set; }

    /// <summary>The same in percent of the interval, 0 to 100. Default: 0.</summary>
    public int? IntervalJitterPercent { get; set; }

    /// <summary>The interval until the caller has called the service for the first time. Default: 1 min (Envoy, Kuma).</summary>
    [Milliseconds]
    public TimeSpan? NoTrafficInterval { get; set; }

    /// <summary>Whether checks share a connection. Default: true.</summary>
    public bool? ReuseConnection { get; set; }

    /// <summary>Whether calls fail where too few replicas are healthy, instead of using all of them. Default: false.</summary>
    public bool? FailTrafficOnPanic { get; set; }

    /// <summary>For endpoints that speak http, http2 or https, and grpc where <see cref="Grpc"/> is disabled.</summary>
    public MeshHttpCheck Http { get; set; } = new();

    /// <summary>For endpoints that speak tcp, and others where the checks above are disabled.</summary>
    public MeshTcpCheck Tcp { get; set; } = new();

    /// <summary>For endpoints that speak grpc.</summary>
    public MeshGrpcCheck Grpc { get; set; } = new();

    internal HealthCheckSettings ToSettings() => new()
    {
        Interval = Interval,
        Timeout = Timeout,
        UnhealthyThreshold = UnhealthyThreshold,
        HealthyThreshold = HealthyThreshold,
        InitialJitter = InitialJitter,
        IntervalJitter = IntervalJitter,
        IntervalJitterPercent = IntervalJitterPercent,
        NoTrafficInterval = NoTrafficInterval,
        ReuseConnection = ReuseConnection,
        FailTrafficOnPanic = FailTrafficOnPanic,
        Http = Http.ToSettings(),
        Tcp = Tcp.ToSettings(),
        Grpc = Grpc.ToSettings(),
    };
}
