using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Net;
using Mesh.Model.Snapshots;
using Mesh.Model.Topology;
using Mesh.Proxy.Identity;
using Mesh.Proxy.Policies.CircuitBreaker;
using Mesh.Proxy.Policies.HealthCheck;
using Mesh.Proxy.Policies.LoadBalancing;
using Mesh.Proxy.Policies.OutlierDetection;
using Mesh.Proxy.Policies.Retry;
using Mesh.Proxy.Policies.Routing;
using Mesh.Proxy.Upstreams;

namespace Mesh.Proxy.Outbound;

/// <summary>A cluster with its replicas, as one configuration has them. Replicas and what they know live on in the next one.</summary>
internal sealed class OutboundCluster
{
    private readonly UpstreamKit _kit;
    private readonly EndpointSet? _announced;
    private readonly ClusterRoom _room;
    private readonly Lock _lock = new();
    private Choice _choice;
    private readonly WebTlsFiles? _webTls;
    private long _avoidUntil;

    private OutboundCluster(Cluster cluster, ImmutableArray<UpstreamReplica> replicas, EndpointSet? announced, Choice choice, RetryBudgetMeter budget, ClusterRoom room)
    {
        Cluster = cluster;
        _announced = announced;
        Replicas = replicas;
        _choice = choice;
        Budget = budget;
        _room = room;
        _kit = room.Kit;
        _webTls = cluster.ExternalTls is { } tls ? new WebTlsFiles(tls) : null;
        ExternalAuthority = Authority(cluster);
    }

    /// <summary>The cluster.</summary>
    public Cluster Cluster { get; }

    /// <summary>Its replicas.</summary>
    public ImmutableArray<UpstreamReplica> Replicas { get; }

    /// <summary>Bounds retries.</summary>
    public RetryBudgetMeter Budget { get; }

    /// <summary>Bounds what is open towards it; <see langword="null"/>: nothing does.</summary>
    public Breaker? Breaker { get; private init; }

    /// <summary>Leaves out replicas that fail; <see langword="null"/>: no policy asks for it.</summary>
    public OutlierDetector? Outliers { get; private init; }

    /// <summary>Asks replicas how they are; <see langword="null"/>: no policy asks for it.</summary>
    public HealthChecker? Health { get; private init; }

    /// <summary>Whether replicas are used that are left out, because too few are not.</summary>
    public bool IsPanic => Volatile.Read(ref _choice).IsPanic;

    /// <summary>Whether a hop to it is mTLS.</summary>
    public bool IsMesh => Cluster.Kind == ClusterKind.Mesh;

    /// <summary>For a host outside the mesh: the <c>Host</c> it expects, since the caller's names a loopback listener.</summary>
    public string? ExternalAuthority { get; }

    /// <summary>Takes a cluster up into a configuration.</summary>
    /// <param name="cluster">The cluster.</param>
    /// <param name="endpoints">Its replicas.</param>
    /// <param name="previous">The same cluster in the configuration before; <see langword="null"/>: it is new.</param>
    /// <param name="room">What clusters live with.</param>
    public static OutboundCluster Create(Cluster cluster, EndpointSet? endpoints, OutboundCluster? previous, ClusterRoom room)
    {
        var time = room.Kit.Time;
        var isSameWay = previous is not null && IsSameWay(cluster, previous.Cluster);
        var replicas = cluster.Kind == ClusterKind.External
            ? External(cluster, isSameWay ? previous!.Replicas : [])
            : Mesh(endpoints, isSameWay ? previous!.Replicas : [], isSameWay ? time.GetTimestamp() : 0);
        var announced = cluster.Kind == ClusterKind.External ? null : endpoints;
        var isSameChoice = previous is not null && previous.Cluster.LoadBalancing == cluster.LoadBalancing && previous.Replicas.SequenceEqual(replicas)
            && IsSamePlacement(previous._announced, announced);
        var made = new OutboundCluster(
            cluster,
            replicas,
            announced,
            isSameChoice && Volatile.Read(ref previous!._choice) is { IsWhole: true } choice ? choice : new(Balancers.Create(cluster.LoadBalancing, replicas, announced, room.Draw, time), IsWhole: true, IsPanic: false),
            previous is not null && previous.Cluster.RetryBudget == cluster.RetryBudget ? previous.Budget : new RetryBudgetMeter(cluster.RetryBudget, time),
            room)
        {
            _avoidUntil = previous?._avoidUntil ?? 0,
            Breaker = cluster.Limits.IsNone ? null : isSameWay && previous!.Breaker is { } kept ? kept : new Breaker(cluster.Limits),
            Outliers = cluster.Outliers is not { } outliers ? null
                : previous?.Outliers is { } known && known.Settings == outliers ? known
                : new OutlierDetector(cluster.Name, outliers, time, room.OutlierEvents),
            Health = cluster.HealthCheck is not { } check ? null
                : previous?.Health is { } checker && checker.Settings == check ? checker
                : new HealthChecker(cluster.Name, check, room.Draw, time, room.HealthEvents),
        };
        made.Follow();
        return made;
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

        return Volatile.Read(ref _choice).Balancer.Pick(tried, hash);
    }

    /// <summary>The replica of a session; <see langword="null"/>: it has none, or that one is gone, left out or out of reach.</summary>
    public UpstreamReplica? Of(SessionUse? session) =>
        session?.Replica(Cluster.Name, Replicas, _kit.Time.GetTimestamp()) is { } replica && (!replica.IsOut || IsPanic) ? replica : null;

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
        replica.Pool(svid?.Generation ?? 0, (Cluster: this, Svid: svid), Cluster.Idle, Cluster.MaxConnectionDuration, _kit.Time, Breaker?.Connections, static (r, s) => s.Cluster.Connector(r, s.Svid));

    /// <summary>Opens connections to a replica.</summary>
    public IConnector Connector(UpstreamReplica replica, WorkloadSvid? svid)
    {
        if (IsMesh)
        {
            return new MeshConnector(_kit.Dialer, _kit.Verifier, (IPEndPoint)replica.Address, Cluster.Connect, Cluster.ServerName, Cluster.PeerIdentity!, svid!, HandshakeBounds.Of(Cluster.Tls));
        }

        return Cluster.Protocol == AppProtocol.Https || Cluster.ExternalTls is not null
            ? new WebTlsConnector(_kit.Dialer, replica.Address, Cluster.Connect, Cluster.ExternalTls?.ServerName ?? Cluster.ExternalHost!, own: null, _webTls)
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

        if (Outliers is not null && next?.Outliers != Outliers)
        {
            Outliers.Dispose();
        }

        if (Health is not null && next?.Health != Health)
        {
            Health.Dispose();
        }
    }

    // Who was left out by a policy that is gone is not any more.
    private void Follow()
    {
        foreach (var replica in Outliers is null ? Replicas : [])
        {
            replica.IsEjected = false;
        }

        foreach (var replica in Health is null ? Replicas : [])
        {
            replica.IsUnhealthy = false;
        }

        Outliers?.Watch(Replicas, Refresh);
        Health?.Watch(Replicas, replica => new ReplicaProbe(this, replica, Health.Settings, _kit), () => Budget.HasCounted, Refresh);
        if (Replicas.Any(replica => replica.IsOut))
        {
            Refresh();
        }
    }

    // Who is left out is no choice any more: seldom, and cheaper than to ask for each request.
    private void Refresh()
    {
        lock (_lock)
        {
            var live = LiveReplicas.Of(Replicas, _announced, Cluster.PanicThreshold, Cluster.HealthCheck is { FailTrafficOnPanic: true });
            if (live.IsPanic != _choice.IsPanic)
            {
                _room.OutlierEvents.Panic(Cluster.Name, live.IsPanic, Cluster.PanicThreshold);
            }

            var balancer = Balancers.Create(Cluster.LoadBalancing, live.Replicas, live.Announced, _room.Draw, _kit.Time);
            Volatile.Write(ref _choice, new(balancer, live.Replicas.Length == Replicas.Length, live.IsPanic));
        }

        _room.Changed();
    }

    // Connections that were made in another way are of no use.
    private static bool IsSameWay(Cluster a, Cluster b) =>
        a.Kind == b.Kind && a.PeerIdentity == b.PeerIdentity && a.Connect == b.Connect && a.Idle == b.Idle && a.Protocol == b.Protocol
        && a.MaxConnectionDuration == b.MaxConnectionDuration
        && a.ExternalHost == b.ExternalHost && a.ExternalPort == b.ExternalPort && a.ExternalTls == b.ExternalTls && a.ExternalEndpoints.SequenceEqual(b.ExternalEndpoints)
        && a.Limits == b.Limits && a.Tls.AllowsSameAs(b.Tls);

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
        if (previous.Length > 0)
        {
            return previous;
        }

        var (host, port) = (cluster.ExternalHost!, cluster.ExternalPort!.Value);
        return cluster.ExternalEndpoints.IsEmpty
            ? [new UpstreamReplica(host, Address(host, port), 1)]
            : [.. cluster.ExternalEndpoints.Prepend(new ExternalEndpoint(host, port)).Select(e => new UpstreamReplica($"{e.Host}:{e.Port}", Address(e.Host, e.Port), e.Weight))];
    }

    private static EndPoint Address(string host, int port) => IPAddress.TryParse(host, out var ip) ? new IPEndPoint(ip, port) : new DnsEndPoint(host, port);

    private static string? Authority(Cluster cluster)
    {
        if (cluster.Kind != ClusterKind.External)
        {
            return null;
        }

        var isSchemesOwn = cluster.ExternalPort == (cluster.Protocol == AppProtocol.Https || cluster.ExternalTls is not null ? 443 : 80);
        return isSchemesOwn ? cluster.ExternalHost : $"{cluster.ExternalHost}:{cluster.ExternalPort}";
    }

    // What picks, whether it picks from all, and whether some of those should be left out.
    private sealed record Choice(IBalancer Balancer, bool IsWhole, bool IsPanic);
}
