using Mesh.Model.Topology;

namespace Mesh.ControlPlane.Store;

/// <summary>A service has as many replicas as its callers can be told of in one message.</summary>
internal sealed class TooManyReplicasException(ServiceId service)
    : Exception($"{service} has {ReplicaRegistry.MaxReplicas} replicas, and with one more a message would become too large for its callers.");
