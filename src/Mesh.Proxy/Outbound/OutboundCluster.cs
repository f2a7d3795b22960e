using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Net;
using Mesh.Model.Snapshots;
using Mesh.Model.Topology;
using Mesh.Proxy.Identity;
using Mesh.Proxy.Policies.LoadBalancing;
using Mesh.Proxy.Policies.Retry;
using Mesh.Proxy.Upstreams;

namespace Mesh.Proxy.Outbound;

/// <summary>A cluster with its replicas, as one configuration has them. Replicas and what they know live on in the next one.</summary>
internal sealed class OutboundCluster
{
    private readonly UpstreamKit _kit;
    private readonly EndpointSet? _announced;
    private long _avoidUntil;

    private OutboundCluster(Cluster cluster, ImmutableArray<UpstreamReplica> replicas, EndpointSet? announced, IBalancer balancer, RetryBudgetMeter budget, UpstreamKit kit)
    {
        Cluster = cluster;
        _announced = announced;
        Replicas = replicas;
        Balancer = balancer;
        Budget = budget;
        _kit = kit;
        ExternalAuthority = Authority(cluster);
    }

    /// <summary>The cluster.</summary>
    public Cluster Cluster { get; }

    /// <summary>Its replicas.</summary>
    public ImmutableArray<UpstreamReplica> Replicas { get; }

    /// <summary>Picks one of them.</summary>
    public IBalancer Balancer { get; }

    /// <summary>Bounds retries.</summary>
    public RetryBudgetMeter Budget { get; }

    /// <summary>Whether a hop to it is mTLS.</summary>
    public bool IsMesh => Cluster.Kind == ClusterKind.Mesh;

    /// <summary>For a host outside the mesh: the <c>Host</c> it expects, since the caller's names a loopback listener.</summary>
    public string? ExternalAuthority { get; }

    /// <summary>Takes a cluster up into a configuration.</summary>
    /// <param name="cluster">The cluster.</param>
    /// <param name="endpoints">Its replicas.</param>
    /// <param name="previous">The same cluster in the configuration before; <see langword="null"/>: it is new.</param>
    /// <param name="kit">What upstreams are reached with.</param>
    /// <param name="draw">Random numbers below a bound.</param>
    public static OutboundCluster Create(Cluster cluster, EndpointSet? endpoints, OutboundCluster? previous, UpstreamKit kit, Func<int, int> draw)
    {
        var isSameWay = previous is not null && IsSameWay(cluster, previous.Cluster);
        var replicas = cluster.Kind == ClusterKind.External
            ? External(cluster, isSameWay ? previous!.Replicas : [])
            : Mesh(endpoints, isSameWay ? previous!.Replicas : [], isSameWay ? kit.Time.GetTimestamp() : 0);
        var announced = cluster.Kind == ClusterKind.External ? null : endpoints;
        var isSameChoice = previous is not null && previous.Cluster.LoadBalancing == cluster.LoadBalancing && previous.Replicas.SequenceEqual(replicas)
            && IsSamePlacement(previous._announced, announced);
        return new OutboundCluster(
            cluster,
            replicas,
            announced,
            isSameChoice ? previous!.Balancer : Balancers.Create(cluster.LoadBalancing, replicas, announced, draw, kit.Time),
            previous is not null && previous.Cluster.RetryBudget == cluster.RetryBudget ? previous.Budget : new RetryBudgetMeter(cluster.RetryBudget, kit.Time),
            kit)
        {
            _avoidUntil = previous?._avoidUntil ?? 0,
        };
    }

    /// <summary>Picks a replica: one that was not tried for this request and could be connected to lately, as far as there is one.</summary>
    /// <param name="tried">Those that were tried for this request.</param>
    /// <param name="hash">Where it belongs; <see langword="null"/>: anywhere.</param>
    public UpstreamReplica? Pick(ImmutableArray<UpstreamReplica> tried, ulong? hash)
    {
        if (Volatile.Read(ref _avoidUntil) != 0)
        {
            var now = _kit.Time.GetTimestamp();
            if (now < Volatile.Read(ref _avoidUntil))
            {
                tried = tried.AddRange(Replicas.Where(r => r.IsAvoided(now)));
            }
            else
            {
                Volatile.Write(ref _avoidUntil, 0);
            }
        }

        return Balancer.Pick(tried, hash);
    }

    /// <summary>Notes what an attempt took, where that decides who is picked.</summary>
    /// <param name="replica">Who was asked.</param>
    /// <param name="started">When, as <see cref="Started"/> said.</param>
    /// <param name="isAnswer">Whether it answered.</param>
    public void NoteTaken(UpstreamReplica replica, long started, bool isAnswer)
    {
        if (Cluster.LoadBalancing.Decay is { } decay)
        {
            var now = _kit.Time.GetTimestamp();
            replica.Latency.Observe(now - started, now, decay.TotalSeconds * _kit.Time.TimestampFrequency, isAnswer);
        }
    }

    /// <summary>When an attempt begins, for <see cref="NoteTaken"/>; 0 where that is of no interest.</summary>
    public long Started() => Cluster.LoadBalancing.Decay is null ? 0 : _kit.Time.GetTimestamp();

    /// <summary>Notes that there was no connection to a replica.</summary>
    public void NoteUnreachable(UpstreamReplica replica) => Volatile.Write(ref _avoidUntil, Math.Max(Volatile.Read(ref _avoidUntil), replica.NoteUnreachable(_kit.Time)));

    /// <summary>The connections to a replica, held for the caller.</summary>
    /// <param name="replica">One of <see cref="Replicas"/>.</param>
    /// <param name="svid">The SVID to show; <see langword="null"/> only for a cluster outside the mesh.</param>
    public HttpPool Pool(UpstreamReplica replica, WorkloadSvid? svid) =>
        replica.Pool(svid?.Generation ?? 0, (Cluster: this, Svid: svid), Cluster.Idle, _kit.Time, static (r, s) => s.Cluster.Connector(r, s.Svid));

    /// <summary>Opens connections to a replica.</summary>
    public IConnector Connector(UpstreamReplica replica, WorkloadSvid? svid)
    {
        if (IsMesh)
        {
            return new MeshConnector(_kit.Dialer, _kit.Verifier, (IPEndPoint)replica.Address, Cluster.Connect, Cluster.ServerName, Cluster.PeerIdentity!, svid!);
        }

        return Cluster.Protocol == AppProtocol.Https
            ? new WebTlsConnector(_kit.Dialer, replica.Address, Cluster.Connect, Cluster.ExternalHost!, own: null)
            : new PlainConnector(_kit.Dialer, replica.Address, Cluster.Connect);
    }

    /// <summary>Withdraws the replicas that the next configuration does not have.</summary>
    public void WithdrawAllBut(OutboundCluster? next)
    {
        var kept = next is null ? [] : next.Replicas.ToFrozenSet();
        foreach (var replica in Replicas)
        {
            if (!kept.Contains(replica))
            {
                replica.Withdraw();
            }
        }
    }

    // Connections that were made in another way are of no use.
    private static bool IsSameWay(Cluster a, Cluster b) =>
        a.Kind == b.Kind && a.PeerIdentity == b.PeerIdentity && a.Connect == b.Connect && a.Idle == b.Idle && a.Protocol == b.Protocol
        && a.ExternalHost == b.ExternalHost && a.ExternalPort == b.ExternalPort;

    private static bool IsSamePlacement(EndpointSet? a, EndpointSet? b) =>
        ReferenceEquals(a, b) || (a is not null && b is not null && a.Endpoints.SequenceEqual(b.Endpoints) && a.Unready.SequenceEqual(b.Unready) && a.Overprovisioning == b.Overprovisioning);

    private static ImmutableArray<UpstreamReplica> Mesh(EndpointSet? endpoints, ImmutableArray<UpstreamReplica> previous, long now)
    {
        if (endpoints is null)
        {
            return [];
        }

        var known = previous.ToDictionary(r => (r.Name, r.Address, r.Weight));
        var replicas = ImmutableArray.CreateBuilder<UpstreamReplica>(endpoints.Endpoints.Length);
        foreach (var endpoint in endpoints.Endpoints)
        {
            var address = new IPEndPoint(IPAddress.Parse(endpoint.Address), endpoint.Port);
            var key = (endpoint.Replica, (EndPoint)address, endpoint.Weight);
            replicas.Add(known.TryGetValue(key, out var replica) ? replica : new UpstreamReplica(endpoint.Replica, address, endpoint.Weight) { Since = now });
        }

        return replicas.MoveToImmutable();
    }

    private static ImmutableArray<UpstreamReplica> External(Cluster cluster, ImmutableArray<UpstreamReplica> previous)
    {
        if (previous.Length == 1)
        {
            return previous;
        }

        var host = cluster.ExternalHost!;
        EndPoint address = IPAddress.TryParse(host, out var ip) ? new IPEndPoint(ip, cluster.ExternalPort!.Value) : new DnsEndPoint(host, cluster.ExternalPort!.Value);
        return [new UpstreamReplica(host, address, 1)];
    }

    private static string? Authority(Cluster cluster)
    {
        if (cluster.Kind != ClusterKind.External)
        {
            return null;
        }

        var isSchemesOwn = cluster.ExternalPort == (cluster.Protocol == AppProtocol.Https ? 443 : 80);
        return isSchemesOwn ? cluster.ExternalHost : $"{cluster.ExternalHost}:{cluster.ExternalPort}";
    }
}
