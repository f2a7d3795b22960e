using System.Collections.Immutable;
using Mesh.Model.Snapshots;
using Mesh.Xds.Wire;

namespace Mesh.Xds.EnvoyProxy;

/// <summary>
/// A snapshot for Envoy: what our sidecar is sent, with all that our sidecar knows by itself said in full (addresses, where secrets come from, limits whose defaults
/// are Envoy's) and without Mesh's own settings. Front doors stay out: who a caller without a certificate is, our sidecar finds out by means that Envoy lacks.
/// </summary>
internal static class EnvoyBuilder
{
    public static BuiltSnapshot Build(ProxySnapshot snapshot)
    {
        var ports = EnvoyPorts.Of(snapshot.Outbound.Select(listener => listener.Name));
        var faulted = snapshot.Faults.Select(fault => ResourceNames.Outbound(fault.Upstream)).ToHashSet(StringComparer.Ordinal);
        var clusters = snapshot.Clusters.Select(cluster => cluster.Name).ToHashSet(StringComparer.Ordinal);
        var tables = snapshot.RouteTables.ToDictionary(table => table.Name, StringComparer.Ordinal);
        var filters = snapshot.Outbound.Select(listener => listener.Name).Concat(tables.Keys).Distinct(StringComparer.Ordinal)
            .ToDictionary(name => name, name => new EnvoyRouteFilters(tables.GetValueOrDefault(name), clusters, faulted.Contains(name)), StringComparer.Ordinal);
        return new(
            [
                .. snapshot.Clusters.Select(EnvoyClusters.Encode),
                .. EnvoyClusters.Keys(snapshot.Inbound.SelectMany(port => port.Permissions.TokenProviders)),
                .. snapshot.Inbound.IsEmpty ? ImmutableArray<XdsResource>.Empty : [EnvoyDoor.Encode(snapshot.Identity.TrustDomain, snapshot.Inbound)],
                .. snapshot.Outbound.Select(listener => EnvoyOutbound.Encode(listener, ports[listener.Name], filters[listener.Name], snapshot.Identity.TryGetService(out var caller) ? caller.ToString() : "")),
                .. snapshot.RouteTables.Select(table => EnvoyRoutes.Encode(table, snapshot.Faults, filters[table.Name])),
            ],
            [])
        {
            EndpointForms = BuiltSnapshot.FormsOf(snapshot),
        };
    }
}
