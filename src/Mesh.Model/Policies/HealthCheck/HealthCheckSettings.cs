using Mesh.Model.Validation;

namespace Mesh.Model.Policies.HealthCheck;

/// <summary>How the replicas of an upstream port are asked how they are.</summary>
public sealed record HealthCheckSettings : PolicySettings
{
    /// <summary>Between two checks of a replica. Default: 1 min (Kuma).</summary>
    public TimeSpan? Interval { get; init; }

    /// <summary>Limit for one check. Default: 15 s (Kuma).</summary>
    public TimeSpan? Timeout { get; init; }

    /// <summary>Failed checks in a row after which a replica is not used, 1 to 1,000. Default: 5 (Kuma).</summary>
    public int? UnhealthyThreshold { get; init; }

    /// <summary>Checks in a row that have to succeed until it is used again, 1 to 1,000. Default: 1 (Kuma).</summary>
    public int? HealthyThreshold { get; init; }

    /// <summary>The first check comes after a time that is drawn up to this. Default: at once.</summary>
    public TimeSpan? InitialJitter { get; init; }

    /// <summary>Drawn up to this and added to each interval. Default: nothing.</summary>
    public TimeSpan? IntervalJitter { get; init; }

    /// <summary>The same in percent of the interval, 0 to 100. Default: 0.</summary>
    public int? IntervalJitterPercent { get; init; }

    /// <summary>The interval until the caller has called the upstream for the first time. Default: 1 min (Envoy, Kuma).</summary>
    public TimeSpan? NoTrafficInterval { get; init; }

    /// <summary>Whether checks share a connection. Default: true.</summary>
    public bool? ReuseConnection { get; init; }

    /// <summary>Whether calls fail where too few replicas are healthy, instead of using all of them. Default: false.</summary>
    public bool? FailTrafficOnPanic { get; init; }

    /// <summary>For ports of protocol http, http2, https, and grpc where <see cref="Grpc"/> is disabled.</summary>
    public HttpCheckSettings Http { get; init; } = new();

    /// <summary>For ports of protocol tcp, and others where the checks above are disabled.</summary>
    public TcpCheckSettings Tcp { get; init; } = new();

    /// <summary>For ports of protocol grpc.</summary>
    public GrpcCheckSettings Grpc { get; init; } = new();

    internal override IEnumerable<Violation> Validate(FieldPath at)
    {
        foreach (var violation in Duration.Check(Interval, at / "interval").Concat(Duration.Check(Timeout, at / "timeout")).Concat(Duration.Check(NoTrafficInterval, at / "noTrafficInterval"))
            .Concat(Duration.Check(InitialJitter, at / "initialJitter", zeroIsOff: true)).Concat(Duration.Check(IntervalJitter, at / "intervalJitter", zeroIsOff: true)))
        {
            yield return violation;
        }

        foreach (var (name, threshold) in new[] { ("unhealthyThreshold", UnhealthyThreshold), ("healthyThreshold", HealthyThreshold) })
        {
            if (threshold is < 1 or > 1000)
            {
                yield return new(at / name, $"must be between 1 and 1000 but is {threshold}");
            }
        }

        if (IntervalJitterPercent is < 0 or > 100)
        {
            yield return new(at / "intervalJitterPercent", $"must be between 0 and 100 but is {IntervalJitterPercent}");
        }

        foreach (var violation in Http.Validate(at / "http").Concat(Tcp.Validate(at / "tcp")).Concat(Grpc.Validate(at / "grpc")))
        {
            yield return violation;
        }
    }
}
