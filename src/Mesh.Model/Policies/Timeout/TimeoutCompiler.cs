using System.Collections.Immutable;
using Mesh.Model.Compilation;
using Mesh.Model.Identity;
using Mesh.Model.Snapshots;
using Mesh.Model.Topology;

namespace Mesh.Model.Policies.Timeout;

/// <summary>Bounds on time, from Timeout policies.</summary>
internal sealed class TimeoutCompiler
{
    private readonly OutboundEntries<OutboundTimeoutSettings> _outbound = new();
    private readonly InboundEntries<(TimeoutPolicy Policy, InboundItem<InboundTimeoutSettings> Item)> _inbound = new();
    private readonly TrustDomain _trustDomain;

    public TimeoutCompiler(PolicySet policies, TrustDomain trustDomain)
    {
        _trustDomain = trustDomain;
        foreach (var policy in policies.All.OfType<TimeoutPolicy>())
        {
            _outbound.Add(policy, policy.To.Select(i => (i.TargetRef, i.Default)));
            _inbound.Add(policy, policy.Rules.Select(i => (policy, i)));
        }
    }

    /// <summary>What is said of a caller's calls: equal lists lead to equal bounds.</summary>
    public ImmutableArray<Layer<OutboundTimeoutSettings>> Said(Service caller, Upstream upstream) => _outbound.For(caller, upstream);

    /// <summary>The bounds of requests.</summary>
    public RouteTimeouts Route(Service caller, Upstream upstream, List<AppliedSetting> applied)
    {
        var fold = Outbound(caller, upstream, upstream.ListenerName, applied);
        return new RouteTimeouts
        {
            Request = fold.Bound("request", s => s.Request, null),
            GrpcRequest = fold.Bound("grpcRequest", s => s.GrpcRequest, null),
            StreamIdle = fold.Bound("streamIdle", s => s.StreamIdle, null),
            Origin = fold.Origin,
        };
    }

    /// <summary>How long a tunnel may be silent; without a policy for ever: pools of database connections rest for hours.</summary>
    public OutboundListener Tunnel(OutboundListener listener, Service caller, Upstream upstream, List<AppliedSetting> applied)
    {
        var fold = Outbound(caller, upstream, upstream.ListenerName, applied);
        return listener with
        {
            IdleTimeout = fold.Bound("idle", s => s.Idle, null),
            MaxConnectionDuration = fold.Bound("maxConnectionDuration", s => s.MaxConnectionDuration, null),
        };
    }

    /// <summary>The bounds of connections.</summary>
    public Cluster Apply(Cluster cluster, Service caller, Upstream upstream, List<AppliedSetting> applied)
    {
        // The wire has no "for ever" for connections: the longest duration there is stands for it.
        var fold = Outbound(caller, upstream, $"cluster/{upstream.Port}", applied);
        return cluster with
        {
            Connect = fold.Take("connect", s => s.Connect, cluster.Connect),
            Idle = fold.Bound("idle", s => s.Idle, cluster.Idle) ?? Duration.Longest,
            MaxConnectionDuration = fold.Bound("maxConnectionDuration", s => s.MaxConnectionDuration, null),
            Origins = [.. cluster.Origins, .. fold.Heard.Values],
        };
    }

    /// <summary>The bounds of the receiving side.</summary>
    public InboundTimeouts Inbound(Service service, ServicePort port, List<AppliedSetting> applied)
    {
        var where = $"inbound/{port.Name}";
        var layers = _inbound.For(service, port.Name);
        var fold = new Fold<InboundTimeoutSettings>(
            [.. layers.Where(l => l.Content.Item.Matches.IsEmpty).Select(l => new Layer<InboundTimeoutSettings>(l.Content.Item.Default, l.Origin, l.Rank))], where, "timeout", applied);
        var defaults = new InboundTimeouts();
        var forCallers = ForCallers(layers, port.Protocol.IsHttp(), where, applied).ToImmutableArray();
        return new InboundTimeouts
        {
            Connect = fold.Take("connect", s => s.Connect, defaults.Connect),
            Request = port.Protocol.IsHttp() ? fold.Bound("request", s => s.Request, defaults.Request) : null,
            Idle = fold.Bound("idle", s => s.Idle, defaults.Idle),
            StreamIdle = port.Protocol.IsHttp() ? fold.Bound("streamIdle", s => s.StreamIdle, null) : null,
            RequestHeaders = port.Protocol.IsHttp() && fold.TryTake("requestHeaders", s => s.RequestHeaders, out var head) ? head : null,
            MaxConnectionDuration = fold.Bound("maxConnectionDuration", s => s.MaxConnectionDuration, null),
            Origin = fold.Origin,
            ForCallers = forCallers.IsEmpty ? [] : forCallers,
        };
    }

    // As everywhere the entry whose own target is narrower is heard: one that names callers over one for all, an id over its beginning, a longer beginning over a shorter one.
    private IEnumerable<CallerTimeouts> ForCallers(
        ImmutableArray<Layer<(TimeoutPolicy Policy, InboundItem<InboundTimeoutSettings> Item)>> layers, bool isHttp, string where, List<AppliedSetting> applied)
    {
        var entries = layers
            .SelectMany(layer => layer.Content.Item.Matches.Select(m => (Layer: layer, Caller: m.Principal(layer.Content.Policy.Metadata.Namespace, _trustDomain))))
            .Where(e => e.Caller is not null)
            .OrderBy(e => e.Caller!.IsPrefix)
            .ThenByDescending(e => e.Caller!.IsPrefix ? e.Caller.Value.Length : 0)
            .ThenByDescending(e => e.Layer.Rank);
        foreach (var (layer, caller) in entries)
        {
            var settings = layer.Content.Item.Default;
            var who = caller!.IsPrefix ? $"{caller.Value}*" : caller.Value;
            var request = isHttp ? settings.Request : null;
            var streamIdle = isHttp ? settings.StreamIdle : null;
            foreach (var (name, value) in new[] { ("request", request), ("idle", settings.Idle), ("streamIdle", streamIdle) })
            {
                if (value is { } limit)
                {
                    applied.Add(new AppliedSetting(where, $"timeout.{name}", $"{Duration.Format(limit)} for {who}", layer.Origin) { Caller = caller });
                }
            }

            if (request is not null || settings.Idle is not null || streamIdle is not null)
            {
                yield return new CallerTimeouts { Caller = caller, Request = request, Idle = settings.Idle, StreamIdle = streamIdle, Origin = layer.Origin };
            }
        }
    }

    private Fold<OutboundTimeoutSettings> Outbound(Service caller, Upstream upstream, string where, List<AppliedSetting> applied) =>
        new(_outbound.For(caller, upstream), where, "timeout", applied);
}
