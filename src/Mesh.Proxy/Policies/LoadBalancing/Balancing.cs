using System.Collections.Immutable;
using Mesh.Proxy.Upstreams;

namespace Mesh.Proxy.Policies.LoadBalancing;

/// <summary>What all balancers share.</summary>
internal static class Balancing
{
    /// <summary>A replica that has not been tried; <see langword="null"/>: all have.</summary>
    public static UpstreamReplica? FirstOther(ImmutableArray<UpstreamReplica> replicas, ImmutableArray<UpstreamReplica> avoid)
    {
        foreach (var replica in replicas)
        {
            if (!avoid.Contains(replica))
            {
                return replica;
            }
        }

        return null;
    }
}
