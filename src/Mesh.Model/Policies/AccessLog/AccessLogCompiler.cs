using System.Collections.Immutable;
using Mesh.Model.Compilation;
using Mesh.Model.Identity;
using Mesh.Model.Snapshots;
using Mesh.Model.Topology;

namespace Mesh.Model.Policies.AccessLog;

/// <summary>What is logged of requests, from AccessLog policies. Of entries for everybody the one to hear says where; entries that name callers log beside it, each for itself, as in Kuma.</summary>
internal sealed class AccessLogCompiler
{
    private readonly OutboundEntries<AccessLogSettings> _outbound = new();
    private readonly InboundEntries<(AccessLogPolicy Policy, InboundItem<AccessLogSettings> Item)> _inbound = new();
    private readonly TrustDomain _trustDomain;

    public AccessLogCompiler(PolicySet policies, TrustDomain trustDomain)
    {
        _trustDomain = trustDomain;
        foreach (var policy in policies.All.OfType<AccessLogPolicy>())
        {
            _outbound.Add(policy, policy.To.Select(i => (i.TargetRef, i.Default)));
            _inbound.Add(policy, policy.Rules.Select(i => (policy, i)));
        }
    }

    public ImmutableArray<Snapshots.AccessLog> Outbound(Service caller, Upstream upstream, List<AppliedSetting> applied) =>
        _outbound.For(caller, upstream).LastOrDefault(l => l.Content.Backends is not null) is { } layer
            ? Logs(layer.Content.Backends!.Value, upstream.Protocol, null, layer.Origin, upstream.ListenerName, applied)
            : [];

    public ImmutableArray<Snapshots.AccessLog> Inbound(Service service, ServicePort port, List<AppliedSetting> applied)
    {
        var layers = _inbound.For(service, port.Name);
        if (layers.IsEmpty)
        {
            return [];
        }

        var where = $"inbound/{port.Name}";
        var logs = ImmutableArray.CreateBuilder<Snapshots.AccessLog>();
        if (layers.LastOrDefault(l => l.Content.Item is { Matches.IsEmpty: true, Default.Backends: not null }) is { } everybody)
        {
            logs.AddRange(Logs(everybody.Content.Item.Default.Backends!.Value, port.Protocol, null, everybody.Origin, where, applied));
        }

        foreach (var layer in layers)
        {
            var (policy, item) = layer.Content;
            foreach (var caller in item.Matches.Select(m => m.Principal(policy.Metadata.Namespace, _trustDomain)).OfType<PrincipalMatch>())
            {
                logs.AddRange(Logs(item.Default.Backends ?? [], port.Protocol, caller, layer.Origin, where, applied));
            }
        }

        return logs.Count == 0 ? [] : logs.DrainToImmutable();
    }

    private static ImmutableArray<Snapshots.AccessLog> Logs(ImmutableArray<Snapshots.AccessLog> backends, AppProtocol protocol, PrincipalMatch? caller, Origin origin, string where, List<AppliedSetting> applied)
    {
        var to = backends.IsEmpty ? "nowhere" : string.Join(", ", backends.Select(b => b.Path ?? b.Kind.ToString()));
        applied.Add(new AppliedSetting(where, "accessLog.backends", caller is null ? to : $"{to} for {caller.Value}{(caller.IsPrefix ? "*" : "")}", origin) { Caller = caller });
        return [.. backends.Select(b => Full(b, protocol.IsHttp()) with { Caller = caller, Origin = origin })];
    }

    // The wire says everything, so that a sidecar of another version writes the same.
    private static Snapshots.AccessLog Full(Snapshots.AccessLog log, bool isHttp)
    {
        var line = isHttp ? Snapshots.AccessLog.DefaultText : Snapshots.AccessLog.DefaultTcpText;
        return log.Kind == AccessLogKind.OpenTelemetry
            ? log with { Body = log.Body ?? line, Attributes = log.Attributes ?? (isHttp ? Snapshots.AccessLog.DefaultAttributes : Snapshots.AccessLog.DefaultTcpAttributes) }
            : log with { Text = log.Json is null ? log.Text ?? line : null };
    }
}
