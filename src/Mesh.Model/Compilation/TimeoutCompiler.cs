using Mesh.Model.Policies;
using Mesh.Model.Policies.Timeout;
using Mesh.Model.Snapshots;
using Mesh.Model.Topology;

namespace Mesh.Model.Compilation;

/// <summary>Bounds on time, from Timeout policies.</summary>
internal sealed class TimeoutCompiler
{
    private readonly OutboundEntries<OutboundTimeoutSettings> _outbound = new();
    private readonly InboundEntries<InboundTimeoutSettings> _inbound = new();

    public TimeoutCompiler(PolicySet policies)
    {
        foreach (var policy in policies.All.OfType<TimeoutPolicy>())
        {
            _outbound.Add(policy, policy.To.Select(i => (i.TargetRef, i.Default)));
            _inbound.Add(policy, policy.Rules.Select(i => i.Default));
        }
    }

    /// <summary>The bounds of requests.</summary>
    public RouteTimeouts Route(Service caller, Upstream upstream, List<AppliedSetting> applied)
    {
        var fold = Outbound(caller, upstream, ResourceNames.Outbound(upstream.Port), applied);
        return new RouteTimeouts
        {
            Request = fold.Bound("request", s => s.Request, null),
            StreamIdle = fold.Bound("streamIdle", s => s.StreamIdle, null),
            Origin = fold.Origin,
        };
    }

    /// <summary>How long a tunnel may be silent; without a policy for ever: pools of database connections rest for hours.</summary>
    public TimeSpan? Tunnel(Service caller, Upstream upstream, List<AppliedSetting> applied) =>
        Outbound(caller, upstream, ResourceNames.Outbound(upstream.Port), applied).Bound("idle", s => s.Idle, null);

    /// <summary>The bounds of connections.</summary>
    public Cluster Apply(Cluster cluster, Service caller, Upstream upstream, List<AppliedSetting> applied)
    {
        // The wire has no "for ever" for connections: the longest duration there is stands for it.
        var fold = Outbound(caller, upstream, $"cluster/{upstream.Port}", applied);
        return cluster with
        {
            Connect = fold.Take("connect", s => s.Connect, cluster.Connect),
            Idle = fold.Bound("idle", s => s.Idle, cluster.Idle) ?? Duration.Longest,
            Origins = [.. cluster.Origins, .. fold.Heard.Values],
        };
    }

    /// <summary>The bounds of the receiving side.</summary>
    public InboundTimeouts Inbound(Service service, ServicePort port, List<AppliedSetting> applied)
    {
        var fold = new Fold<InboundTimeoutSettings>(_inbound.For(service, port.Name), $"inbound/{port.Name}", "timeout", applied);
        var defaults = new InboundTimeouts();
        return new InboundTimeouts
        {
            Connect = fold.Take("connect", s => s.Connect, defaults.Connect),
            Request = port.Protocol.IsHttp() ? fold.Bound("request", s => s.Request, defaults.Request) : null,
            Idle = fold.Bound("idle", s => s.Idle, defaults.Idle),
            Origin = fold.Origin,
        };
    }

    private Fold<OutboundTimeoutSettings> Outbound(Service caller, Upstream upstream, string where, List<AppliedSetting> applied) =>
        new(_outbound.For(caller, upstream), where, "timeout", applied);
}
