using System.Collections.Immutable;

namespace Mesh.Model.Snapshots;

/// <summary>How a caller's sidecar asks the replicas of a cluster how they are. A replica counts as well until it was not for often enough.</summary>
/// <param name="Kind">By what.</param>
public sealed record HealthCheck(HealthCheckKind Kind)
{
    /// <summary>Between two checks of a replica. Default: 1 min, Kuma's.</summary>
    public TimeSpan Interval { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>Limit for one check. Default: 15 s, Kuma's.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>Failures in a row after which it is not used. Default: 5, Kuma's.</summary>
    public int UnhealthyThreshold { get; init; } = 5;

    /// <summary>Successes in a row until it is used again. Default: 1, Kuma's.</summary>
    public int HealthyThreshold { get; init; } = 1;

    /// <summary>The first check comes after a time that is drawn up to this.</summary>
    public TimeSpan InitialJitter { get; init; }

    /// <summary>Drawn up to this and added to each interval.</summary>
    public TimeSpan IntervalJitter { get; init; }

    /// <summary>The same in percent of the interval.</summary>
    public int IntervalJitterPercent { get; init; }

    /// <summary>The interval until the cluster was called for the first time. Default: 1 min, Envoy's and Kuma's.</summary>
    public TimeSpan NoTrafficInterval { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>Whether checks share a connection.</summary>
    public bool ReuseConnection { get; init; } = true;

    /// <summary>Whether calls fail in panic.</summary>
    public bool FailTrafficOnPanic { get; init; }

    /// <summary>For <see cref="HealthCheckKind.Http"/>: path and query.</summary>
    public string Path { get; init; } = "/";

    /// <summary>For <see cref="HealthCheckKind.Http"/>: what a replica that is well answers, in order.</summary>
    public ImmutableArray<int> ExpectedStatuses { get; init; } = [200];

    /// <summary>For <see cref="HealthCheckKind.Http"/>: headers of the request.</summary>
    public ImmutableArray<CheckHeader> Headers { get; init; } = [];

    /// <summary>For <see cref="HealthCheckKind.Tcp"/>: what is sent, in base64; empty: nothing.</summary>
    public string Send { get; init; } = "";

    /// <summary>For <see cref="HealthCheckKind.Tcp"/>: what has to come, in base64, in this order.</summary>
    public ImmutableArray<string> Receive { get; init; } = [];

    /// <summary>For <see cref="HealthCheckKind.Grpc"/>: the service that is asked about; empty: the server.</summary>
    public string ServiceName { get; init; } = "";

    /// <summary>For <see cref="HealthCheckKind.Grpc"/>: the authority; empty: the upstream's name.</summary>
    public string Authority { get; init; } = "";

    /// <summary>What said so.</summary>
    public Origin Origin { get; init; } = Origin.Default;

    /// <summary>By what the lists hold: a configuration that says the same again begins nothing anew.</summary>
    public bool Equals(HealthCheck? other) => other is not null
        && (Kind, Interval, Timeout, UnhealthyThreshold, HealthyThreshold, InitialJitter, IntervalJitter) == (other.Kind, other.Interval, other.Timeout, other.UnhealthyThreshold, other.HealthyThreshold, other.InitialJitter, other.IntervalJitter)
        && (IntervalJitterPercent, NoTrafficInterval, ReuseConnection, FailTrafficOnPanic, Path, Send) == (other.IntervalJitterPercent, other.NoTrafficInterval, other.ReuseConnection, other.FailTrafficOnPanic, other.Path, other.Send)
        && (ServiceName, Authority, Origin) == (other.ServiceName, other.Authority, other.Origin)
        && ExpectedStatuses.SequenceEqual(other.ExpectedStatuses) && Headers.SequenceEqual(other.Headers) && Receive.SequenceEqual(other.Receive);

    /// <inheritdoc />
    public override int GetHashCode() => HashCode.Combine(Kind, Interval, Timeout, Path, ServiceName, Origin);
}
