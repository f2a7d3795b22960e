using System.Collections.Immutable;
using Mesh.Model.Compilation;
using Mesh.Model.Snapshots;
using Mesh.Model.Topology;

namespace Mesh.Model.Policies.Tls;

/// <summary>Handshakes at mesh doors, and who comes without one, from Tls policies. The owner of the door says it for both ends, so that they never want something different.</summary>
internal sealed class TlsCompiler
{
    private readonly InboundEntries<TlsSettings> _entries = new();
    private readonly MeshTopology _topology;

    public TlsCompiler(MeshTopology topology, PolicySet policies)
    {
        _topology = topology;
        foreach (var policy in policies.All.OfType<TlsPolicy>())
        {
            _entries.Add(policy, policy.Rules.Select(i => i.Default));
        }
    }

    /// <summary>At the door.</summary>
    public DoorTls Inbound(Service service, string port, List<AppliedSetting> applied) => Compile(service, port, $"inbound/{port}", applied);

    /// <summary>Whether the port answers callers in plain text, and who said so. An external one does in any case.</summary>
    public (bool IsPermissive, Origin Origin) Mode(Service service, ServicePort port, List<AppliedSetting> applied)
    {
        if (port.External)
        {
            return (false, Origin.Default);
        }

        var fold = new Fold<TlsSettings>(_entries.For(service, port.Name), $"inbound/{port.Name}", "tls", applied);
        return fold.Take("mode", s => s.Mode, TlsMode.Strict) == TlsMode.Permissive ? (true, fold.Origin) : (false, Origin.Default);
    }

    /// <summary>At those who call it.</summary>
    public Cluster Apply(Cluster cluster, List<AppliedSetting> applied)
    {
        if (cluster.Kind != ClusterKind.Mesh || !_topology.Services.TryGetValue(cluster.Upstream.Service, out var callee))
        {
            return cluster;
        }

        var tls = Compile(callee, cluster.Upstream.Port, $"cluster/{cluster.Upstream}", applied);
        return tls.Origin == Origin.Default ? cluster : cluster with { Tls = tls, Origins = [.. cluster.Origins, tls.Origin] };
    }

    private DoorTls Compile(Service service, string port, string where, List<AppliedSetting> applied)
    {
        var fold = new Fold<TlsSettings>(_entries.For(service, port), where, "tls", applied);
        var min = fold.Take("tlsVersion.min", s => s.MinVersion, TlsVersion.TLS13);
        var max = fold.Take("tlsVersion.max", s => s.MaxVersion, TlsVersion.TLS13);
        var hasCiphers = fold.TryTake<ImmutableArray<TlsCipher>>("tlsCiphers", s => s.Ciphers, out var ciphers, c => string.Join(", ", c.Select(TlsCiphers.ToWord)));
        if (fold.Origin == Origin.Default)
        {
            return DoorTls.Default;
        }

        // Two policies may each say one of them; then the stricter is heard, and lint says so.
        return new DoorTls
        {
            Min = min,
            Max = max < min ? min : max,
            Ciphers = hasCiphers && min == TlsVersion.TLS12 ? [.. ciphers.Order()] : [],
            Origin = fold.Origin,
        };
    }
}
