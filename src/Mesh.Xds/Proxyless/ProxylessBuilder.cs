using System.Collections.Immutable;
using Mesh.Model.Snapshots;
using Mesh.Model.Topology;
using Mesh.Xds.Wire;

namespace Mesh.Xds.Proxyless;

/// <summary>
/// A snapshot for gRPC clients and servers without a proxy: what gRPC's own specifications (github.com/grpc/proposal, A27 and on) let them understand, and nothing
/// that one of them would refuse. HTTP ports of the mesh only: gRPC speaks neither TCP nor the web's certificates of external services.
/// </summary>
internal static class ProxylessBuilder
{
    /// <summary>Builds it.</summary>
    /// <param name="snapshot">What the sidecars of the service do.</param>
    /// <param name="hasRings">Whether the clients can pick by hash; if not, they take one endpoint after the other.</param>
    public static BuiltSnapshot Build(ProxySnapshot snapshot, bool hasRings = true)
    {
        var clusters = snapshot.Clusters.Where(cluster => cluster.Kind == ClusterKind.Mesh && cluster.Protocol.IsHttp()).ToImmutableArray();
        var known = clusters.Select(cluster => cluster.Name).ToHashSet(StringComparer.Ordinal);
        var external = snapshot.Clusters.Where(cluster => cluster.Kind == ClusterKind.External).Select(cluster => cluster.Upstream).ToHashSet();
        var listeners = snapshot.Outbound.Where(listener => listener.Protocol.IsHttp() && !external.Contains(listener.Upstream)).ToImmutableArray();
        var faults = ProxylessFaults.Readable(snapshot.Faults);
        var faulted = faults.Select(fault => fault.Upstream).ToHashSet();
        var routes = listeners.Select(listener => listener.Name).ToHashSet(StringComparer.Ordinal);
        _ = snapshot.Identity.TryGetService(out var self);
        return new(
            [
                .. clusters.Select(cluster => ProxylessClusters.Encode(cluster, hasRings)),
                ProxylessClusters.NoBackend,
                .. listeners.SelectMany(listener => ResourceNames.Targets(listener.Upstream, listener.IsDefaultPort, self.Namespace)
                    .Select(target => ProxylessListeners.EncodeClient(target, listener.Name, faulted.Contains(listener.Upstream)))),
                .. snapshot.RouteTables.Where(table => routes.Contains(table.Name)).Select(table => ProxylessRoutes.Encode(table, known, faults)),
            ],
            [.. snapshot.Inbound.Where(port => port.Protocol.IsHttp()).Select(ProxylessListeners.ServerTemplate)])
        {
            EndpointForms = clusters.Where(cluster => Form(cluster.LoadBalancing, hasRings) is not null)
                .ToImmutableDictionary(cluster => cluster.Name, cluster => Form(cluster.LoadBalancing, hasRings)!, StringComparer.Ordinal),
        };
    }

    // gRPC goes to the next priority when nobody of the one before can be reached, and counts nothing.
    private static EndpointForm? Form(LoadBalancing balancing, bool hasRings) => (hasRings && balancing.Kind.IsByHash()) || balancing.Locality is not null
        ? new(balancing.Locality is { } locality ? locality with { FailoverThreshold = 0 } : null, HasFlatLocalities: hasRings && balancing.Kind.IsByHash())
        : null;
}
