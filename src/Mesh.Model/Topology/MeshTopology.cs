using System.Collections.Immutable;
using Mesh.Model.Identity;

namespace Mesh.Model.Topology;

/// <summary>What there is: services, external services and the edges they declare. Replicas come and go apart from it.</summary>
public sealed record MeshTopology
{
    /// <summary>The trust domain of every identity in it.</summary>
    public required TrustDomain TrustDomain { get; init; }

    /// <summary>The services by id.</summary>
    public ImmutableSortedDictionary<ServiceId, Service> Services { get; init; } = ImmutableSortedDictionary<ServiceId, Service>.Empty;

    /// <summary>The external services by id; an id is never both.</summary>
    public ImmutableSortedDictionary<ServiceId, ExternalService> ExternalServices { get; init; } = ImmutableSortedDictionary<ServiceId, ExternalService>.Empty;
}
