using System.Collections.Immutable;
using Mesh.Model.Snapshots;

namespace Mesh.Xds.Wire;

/// <summary>A snapshot in the form of one kind of client, endpoints apart.</summary>
/// <param name="Resources">The resources that are there.</param>
/// <param name="Templates">Those that are made when they are asked for.</param>
public sealed record BuiltSnapshot(ImmutableArray<XdsResource> Resources, ImmutableArray<XdsTemplate> Templates)
{
    /// <summary>How endpoints are told, by cluster name, where that is not how all are told.</summary>
    public ImmutableDictionary<string, EndpointForm> EndpointForms { get; init; } = ImmutableDictionary<string, EndpointForm>.Empty;

    /// <summary>The forms for clients that count how much of a priority is left: our sidecars and Envoy.</summary>
    public static ImmutableDictionary<string, EndpointForm> FormsOf(ProxySnapshot snapshot) => snapshot.Clusters
        .Where(cluster => cluster.LoadBalancing.Locality is not null)
        .ToImmutableDictionary(cluster => cluster.Name, cluster => new EndpointForm(cluster.LoadBalancing.Locality), StringComparer.Ordinal);
}
