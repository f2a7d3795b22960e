using System.Collections.Immutable;
using Mesh.Model.Compilation;
using Mesh.Model.Snapshots;
using Mesh.Model.Topology;

namespace Mesh.Model.Policies.HealthCheck;

/// <summary>How replicas are asked how they are, from HealthCheck policies.</summary>
internal sealed class HealthCheckCompiler
{
    private readonly OutboundEntries<HealthCheckSettings> _entries = new();

    public HealthCheckCompiler(PolicySet policies)
    {
        foreach (var policy in policies.All.OfType<HealthCheckPolicy>())
        {
            _entries.Add(policy, policy.To.Select(i => (i.TargetRef, i.Default)));
        }
    }

    /// <summary>What is said of a caller's calls: equal lists lead to equal checks.</summary>
    public ImmutableArray<Layer<HealthCheckSettings>> Said(Service caller, Upstream upstream) => _entries.For(caller, upstream);

    public Cluster Apply(Cluster cluster, Service caller, Upstream upstream, List<AppliedSetting> applied)
    {
        var layers = _entries.For(caller, upstream);
        if (layers.IsEmpty)
        {
            return cluster;
        }

        var fold = new Fold<HealthCheckSettings>(layers, $"cluster/{upstream.Port}", "healthCheck", applied);
        if (Kind(fold, upstream.Protocol) is not { } kind)
        {
            return cluster with { Origins = [.. cluster.Origins, .. fold.Heard.Values] };
        }

        var defaults = new Snapshots.HealthCheck(kind);
        var check = defaults with
        {
            Interval = fold.Take("interval", s => s.Interval, defaults.Interval),
            Timeout = fold.Take("timeout", s => s.Timeout, defaults.Timeout),
            UnhealthyThreshold = fold.Take("unhealthyThreshold", s => s.UnhealthyThreshold, defaults.UnhealthyThreshold),
            HealthyThreshold = fold.Take("healthyThreshold", s => s.HealthyThreshold, defaults.HealthyThreshold),
            InitialJitter = fold.Take("initialJitter", s => s.InitialJitter, defaults.InitialJitter),
            IntervalJitter = fold.Take("intervalJitter", s => s.IntervalJitter, defaults.IntervalJitter),
            IntervalJitterPercent = fold.Take("intervalJitterPercent", s => s.IntervalJitterPercent, defaults.IntervalJitterPercent),
            NoTrafficInterval = fold.Take("noTrafficInterval", s => s.NoTrafficInterval, defaults.NoTrafficInterval),
            ReuseConnection = fold.Take("reuseConnection", s => s.ReuseConnection, defaults.ReuseConnection),
            FailTrafficOnPanic = fold.Take("failTrafficOnPanic", s => s.FailTrafficOnPanic, defaults.FailTrafficOnPanic),
        };
        check = OfKind(check, layers);
        return cluster with { HealthCheck = check with { Origin = layers[^1].Origin }, Origins = [.. cluster.Origins, .. layers.Select(layer => layer.Origin)] };
    }

    // Texts and lists are no structs, which is all that a fold takes.
    private static Snapshots.HealthCheck OfKind(Snapshots.HealthCheck check, ImmutableArray<Layer<HealthCheckSettings>> layers) => check.Kind switch
    {
        HealthCheckKind.Http => check with
        {
            Path = Last(layers, s => s.Http.Path) ?? check.Path,
            ExpectedStatuses = layers.LastOrDefault(layer => layer.Content.Http.ExpectedStatuses is not null)?.Content.Http.ExpectedStatuses is { } statuses ? [.. statuses.Distinct().Order()] : check.ExpectedStatuses,
            Headers = layers.LastOrDefault(layer => layer.Content.Http.Headers is not null)?.Content.Http.Headers ?? check.Headers,
        },
        HealthCheckKind.Tcp => check with
        {
            Send = Last(layers, s => s.Tcp.Send) ?? check.Send,
            Receive = layers.LastOrDefault(layer => layer.Content.Tcp.Receive is not null)?.Content.Tcp.Receive ?? check.Receive,
        },
        _ => check with { ServiceName = Last(layers, s => s.Grpc.ServiceName) ?? check.ServiceName, Authority = Last(layers, s => s.Grpc.Authority) ?? check.Authority },
    };

    private static string? Last(ImmutableArray<Layer<HealthCheckSettings>> layers, Func<HealthCheckSettings, string?> pick) =>
        layers.Select(layer => pick(layer.Content)).LastOrDefault(text => text is not null);

    // From what the port speaks downwards: who disables one has the next.
    private static HealthCheckKind? Kind(Fold<HealthCheckSettings> fold, AppProtocol protocol) =>
        protocol == AppProtocol.Grpc && !fold.Take("grpc.disabled", s => s.Grpc.Disabled, false) ? HealthCheckKind.Grpc
        : protocol.IsHttp() && !fold.Take("http.disabled", s => s.Http.Disabled, false) ? HealthCheckKind.Http
        : !fold.Take("tcp.disabled", s => s.Tcp.Disabled, false) ? HealthCheckKind.Tcp
        : null;
}
