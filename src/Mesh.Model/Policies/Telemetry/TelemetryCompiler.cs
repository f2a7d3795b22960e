using System.Collections.Immutable;
using Mesh.Model.Compilation;
using Mesh.Model.Snapshots;
using Mesh.Model.Topology;

namespace Mesh.Model.Policies.Telemetry;

/// <summary>What sidecars tell of requests, from Telemetry policies.</summary>
internal sealed class TelemetryCompiler
{
    // A port that no target names: what is said of all that a sidecar does, and not of what comes in at one port.
    private const string NoPort = "";

    private readonly OutboundEntries<TelemetrySettings> _to = new();
    private readonly InboundEntries<TelemetrySettings> _rules = new();

    public TelemetryCompiler(PolicySet policies)
    {
        foreach (var policy in policies.All.OfType<TelemetryPolicy>())
        {
            _to.Add(policy, policy.To.Select(i => (i.TargetRef, i.Default)));
            _rules.Add(policy, policy.Rules.Select(i => i.Default));
        }
    }

    /// <summary>What is told of a caller's calls; <see langword="null"/>: nothing is said of it.</summary>
    public HopTelemetry? Outbound(Service caller, Upstream upstream, List<AppliedSetting> applied)
    {
        if (!upstream.Protocol.IsHttp())
        {
            return null;
        }

        // What names the upstream is narrower than what is said of everything, whoever says it.
        var all = _rules.For(caller, NoPort);
        var some = _to.For(caller, upstream);
        return Fold([.. all.Select(layer => layer with { Rank = layer.Rank with { Upstream = -1 } }), .. some], upstream.ListenerName, applied);
    }

    /// <summary>What is told of requests that come in; <see langword="null"/>: nothing is said of it.</summary>
    public HopTelemetry? Inbound(Service service, ServicePort port, List<AppliedSetting> applied) =>
        port.Protocol.IsHttp() ? Fold(_rules.For(service, port.Name), $"inbound/{port.Name}", applied) : null;

    private static HopTelemetry? Fold(ImmutableArray<Layer<TelemetrySettings>> layers, string where, List<AppliedSetting> applied)
    {
        if (layers.IsEmpty)
        {
            return null;
        }

        var fold = new Fold<TelemetrySettings>(layers, where, "telemetry", applied);
        var telemetry = new HopTelemetry
        {
            IsTracingOff = fold.Take("tracing.disabled", s => s.TracingDisabled, false),
            Sampling = fold.TryTake("tracing.sampling", s => s.Sampling, out var share) ? share : null,
            IgnoresParent = fold.Take("tracing.ignoreParent", s => s.IgnoreParent, false),
            AreMetricsOff = fold.Take("metrics.disabled", s => s.MetricsDisabled, false),
            DurationBuckets = fold.Take("metrics.durationBuckets", s => s.DurationBuckets, []),
            Tags = fold.Take("tags", s => s.Tags, []),
        };
        return fold.Heard.Count == 0 ? null : telemetry with { Origin = fold.Origin };
    }
}
