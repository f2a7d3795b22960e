using System.Collections.Immutable;
using Mesh.Proxy.Upstreams;

namespace Mesh.Proxy.Policies.LoadBalancing;

/// <summary>One replica or none: nothing to choose.</summary>
internal sealed class SingleReplica(ImmutableArray<UpstreamReplica> replicas) : IBalancer
{
    /// <inheritdoc />
    public UpstreamReplica? Pick(ImmutableArray<UpstreamReplica> avoid, ulong? hash) => replicas.IsEmpty ? null : replicas[0];
}
