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
        var faulted = snapshot.Faults.Select(fault => fault.Upstream).ToHashSet();
        return new(
            [
                .. snapshot.Clusters.Select(EnvoyClusters.Encode),
                .. EnvoyClusters.Keys(snapshot.Inbound.SelectMany(port => port.Permissions.TokenProviders)),
                .. snapshot.Inbound.IsEmpty ? ImmutableArray<XdsResource>.Empty : [EnvoyDoor.Encode(snapshot.Identity.TrustDomain, snapshot.Inbound)],
                .. snapshot.Outbound.Select(listener => EnvoyOutbound.Encode(listener, ports[listener.Name], faulted.Contains(listener.Upstream))),
                .. snapshot.RouteTables.Select(table => EnvoyRoutes.Encode(table, snapshot.Faults)),
            ],
            [])
        {
            EndpointForms = BuiltSnapshot.FormsOf(snapshot),
        };
    }
}
