using System.Collections.Immutable;
using Mesh.Model.Compilation;
using Mesh.Model.Snapshots;
using Mesh.Model.Topology;

namespace Mesh.Model.Policies.HttpRoute;

/// <summary>Turns backends as users write them into clusters, and remembers which clusters a snapshot needs.</summary>
internal sealed class RouteBackends(UpstreamIndex upstreams, Service caller)
{
    private readonly SortedDictionary<string, Upstream> _needed = new(StringComparer.Ordinal);

    /// <summary>The upstreams whose clusters the routes name, in the order of their names.</summary>
    public IEnumerable<Upstream> Needed => _needed.Values;

    /// <summary>The upstream of a cluster that the routes name; <see langword="null"/>: the backend cannot be used.</summary>
    public Upstream? Find(WeightedCluster backend) => _needed.GetValueOrDefault(backend.Cluster);

    /// <summary>The upstream itself as the only backend.</summary>
    public ImmutableArray<WeightedCluster> Only(Upstream upstream) => [Cluster(upstream)];

    /// <summary>The backends by weight. One that does not exist keeps its share: the name of a cluster that no snapshot has.</summary>
    public ImmutableArray<WeightedCluster> Of(ImmutableArray<BackendRef> refs, Upstream called, string policyNamespace) =>
        [.. refs.Select(r => Backend(r, called, policyNamespace))];

    /// <summary>The cluster of a service that gets requests beside the backends: copies, or questions. <see langword="null"/>: it cannot be used.</summary>
    public string? One(BackendRef service, Upstream called, string policyNamespace) =>
        Backend(service with { Weight = 1, Filters = [] }, called, policyNamespace) is var cluster && _needed.ContainsKey(cluster.Cluster) ? cluster.Cluster : null;

    /// <summary>Whether a backend can take traffic for the upstream that was called; if not, why.</summary>
    public static string? Problem(BackendRef backend, Upstream called, string policyNamespace, UpstreamIndex upstreams, bool needsHttp2 = false)
    {
        var port = Port(backend, called, policyNamespace);
        return upstreams.Find(port) is not { } found
            ? upstreams.Knows(port.Service) ? $"{port.Service} has no port {port.Port}" : $"there is no service {port.Service}"
            : found.Protocol.IsHttp() != called.Protocol.IsHttp()
                ? $"{port} speaks {found.Protocol.ToWord()} but {called.Port} speaks {called.Protocol.ToWord()}"
                : needsHttp2 && !found.Protocol.IsHttp2() ? $"{port} speaks {found.Protocol.ToWord()} and is to be asked over gRPC" : null;
    }

    public static PortRef Port(BackendRef backend, Upstream called, string policyNamespace) =>
        new(new ServiceId(backend.Namespace ?? policyNamespace, backend.Name), backend.Port ?? called.Port.Port);

    /// <summary>Whether the caller declares an edge to the port.</summary>
    public static bool Uses(Service caller, PortRef port) => caller.Uses.Any(e => e.Callee == port.Service && (e.Port is null || e.Port == port.Port));

    private WeightedCluster Backend(BackendRef backend, Upstream called, string policyNamespace)
    {
        var port = Port(backend, called, policyNamespace);
        var upstream = Problem(backend, called, policyNamespace, upstreams) is null ? upstreams.Find(port) : null;

        // Nobody enforces permissions at an external service: the caller's own edge is the permission, and a route grants nothing.
        if (upstream?.External is not null && !Uses(caller, port))
        {
            upstream = null;
        }

        // A backend that cannot be used may well have a cluster in this snapshot, which must not be taken for it.
        var cluster = upstream is null
            ? new WeightedCluster(upstreams.Find(port) is null ? ResourceNames.Cluster(port) : $"invalid/{port}")
            : Cluster(upstream);
        return cluster with
        {
            Weight = backend.Weight,
            RequestHeaders = backend.Filters.FirstOrDefault(f => f.RequestHeaders is not null)?.RequestHeaders ?? HeaderModification.None,
            ResponseHeaders = backend.Filters.FirstOrDefault(f => f.ResponseHeaders is not null)?.ResponseHeaders ?? HeaderModification.None,
        };
    }

    private WeightedCluster Cluster(Upstream upstream)
    {
        _needed[upstream.ClusterName] = upstream;
        return new WeightedCluster(upstream.ClusterName);
    }
}
