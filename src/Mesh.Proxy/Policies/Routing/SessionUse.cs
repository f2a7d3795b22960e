using System.Collections.Immutable;
using Mesh.Model.Snapshots;
using Mesh.Proxy.Policies.LoadBalancing;
using Mesh.Proxy.Upstreams;

namespace Mesh.Proxy.Policies.Routing;

/// <summary>A session for one request.</summary>
/// <param name="session">What is said of it.</param>
/// <param name="sent">The mark that came; <see langword="null"/>: none, or one that has ended.</param>
/// <param name="now">Seconds since 1970.</param>
internal sealed class SessionUse(CompiledSession session, SessionMark? sent, long now)
{
    /// <summary>The backend where it is; <see langword="null"/>: any will do.</summary>
    public WeightedCluster? Backend(WeightedSplit split) => sent is { } mark ? split.Find(mark.Backend) : null;

    /// <summary>The replica where it is; <see langword="null"/>: it is gone, or could not be connected to lately.</summary>
    public UpstreamReplica? Replica(string cluster, ImmutableArray<UpstreamReplica> replicas, long timestamp)
    {
        if (sent is not { } mark || mark.Backend != KeyHash.Of(cluster))
        {
            return null;
        }

        foreach (var replica in replicas)
        {
            if (mark.Replica == KeyHash.Of(replica.Name))
            {
                return replica.IsAvoided(timestamp) ? null : replica;
            }
        }

        return null;
    }

    /// <summary>Tells the client where its session is now, unless it knows.</summary>
    public void Apply(string cluster, string replica, IHeaderDictionary response)
    {
        if (session.Renew(sent, KeyHash.Of(cluster), KeyHash.Of(replica), now) is { } mark)
        {
            session.Write(mark, response);
        }
    }
}
