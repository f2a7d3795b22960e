using System.Collections.Immutable;
using Mesh.Model.Topology;

namespace Mesh.ControlPlane.Store;

/// <summary>Which replicas there are: those that registered, or the pods of a cluster.</summary>
internal interface IReplicaSource
{
    /// <summary>
    /// Raised after replicas came, went or changed what makes them endpoints, with the services that they are of; with none where no more became known than that nobody else is there. On the
    /// changer's thread: do little.
    /// </summary>
    event Action<ImmutableArray<ServiceId>>? Changed;

    /// <summary>The replicas by service and name.</summary>
    ImmutableArray<RegisteredReplica> Replicas { get; }

    /// <summary>The replicas of one service by name.</summary>
    ImmutableArray<RegisteredReplica> Of(ServiceId service);

    /// <summary>Whether it is known who is there. Before that, no endpoint is spoken of.</summary>
    bool IsComplete { get; }

    /// <summary>Where a replica is, beyond what it says of itself; empty: not known.</summary>
    string ZoneOf(ServiceId service, string replica);
}
