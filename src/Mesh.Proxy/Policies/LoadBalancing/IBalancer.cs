using System.Collections.Immutable;
using Mesh.Proxy.Upstreams;

namespace Mesh.Proxy.Policies.LoadBalancing;

/// <summary>Picks a replica for a request. Made anew for each set of replicas, so it may keep what it likes about them.</summary>
internal interface IBalancer
{
    /// <summary>Picks one; <see langword="null"/> only where there is none.</summary>
    /// <param name="avoid">Replicas that have been tried for this request: one of them is picked only when there is no other.</param>
    /// <param name="hash">Where the request belongs, for those that pick by hash; <see langword="null"/>: anywhere.</param>
    UpstreamReplica? Pick(ImmutableArray<UpstreamReplica> avoid, ulong? hash);
}
