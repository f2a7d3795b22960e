using BenchmarkDotNet.Attributes;
using Envoy.Service.Discovery.V3;
using Mesh.Model;
using Mesh.Model.Identity;
using Mesh.Model.Snapshots;
using Mesh.Model.Topology;
using Mesh.Xds.Server;
using Mesh.Xds.Wire;

namespace Mesh.Benchmarks.Micro;

/// <summary>What a changed route costs the control plane for one service: encoding it, and for each sidecar finding out what to send.</summary>
public class DeltaDiff : ICacheListener, ISessionObserver
{
    private const string Profile = "bench/storefront";
    private static readonly TrustDomain Domain = TrustDomain.Parse("bench.mesh");

    private readonly SnapshotCache _cache = new();
    private DeltaSession? _session;
    private ProxySnapshot[] _snapshots = [];
    private PreparedSnapshot[] _prepared = [];
    private int _turn;

    /// <summary>Services that the sidecar's own calls.</summary>
    [Params(20, 200)]
    public int Upstreams { get; set; }

    /// <summary>Connects one sidecar that has everything.</summary>
    [GlobalSetup]
    public void Connect()
    {
        _snapshots = [Snapshot("one.example"), Snapshot("other.example")];
        _prepared = [.. _snapshots.Select(snapshot => PreparedSnapshot.Of(Profile, snapshot))];
        _cache.Publish(Profile, _prepared[0]);
        _session = new DeltaSession(_cache, Profile, this, this, TimeProvider.System);
        _session.OnRequest(new() { TypeUrl = TypeUrls.Cluster });
        _session.OnRequest(new() { TypeUrl = TypeUrls.Listener });
        _session.OnRequest(new() { TypeUrl = TypeUrls.RouteTable, ResourceNamesSubscribe = { _snapshots[0].RouteTables.Select(table => table.Name) } });
        Drain();
    }

    /// <summary>Encodes a snapshot of which one route changed.</summary>
    [Benchmark]
    public object Prepare() => PreparedSnapshot.Of(Profile, _snapshots[++_turn % 2], _prepared[(_turn + 1) % 2]);

    /// <summary>Publishes it, finds what the sidecar lacks, takes its answer.</summary>
    [Benchmark]
    public int PublishAndDiff()
    {
        _cache.Publish(Profile, _prepared[++_turn % 2]);
        return Drain();
    }

    void ICacheListener.OnSnapshot()
    {
    }

    void ICacheListener.OnEndpoints(string cluster)
    {
    }

    void ISessionObserver.OnSent(string typeUrl, string version)
    {
    }

    void ISessionObserver.OnAnswer(string typeUrl, string version, string? error)
    {
    }

    void ISessionObserver.OnInSync(string typeUrl, string version)
    {
    }

    void ISessionObserver.OnUnknownType(string typeUrl)
    {
    }

    private int Drain()
    {
        var sent = 0;
        while (_session!.Next() is { } response)
        {
            sent += response.Resources.Count;
            _session.OnRequest(new DeltaDiscoveryRequest { TypeUrl = response.TypeUrl, ResponseNonce = response.Nonce });
        }

        return sent;
    }

    private ProxySnapshot Snapshot(string host)
    {
        PortRef[] ports = [.. Enumerable.Range(0, Upstreams).Select(i => new PortRef(new ServiceId("bench", $"s{i}"), "http"))];
        return new()
        {
            Identity = SpiffeId.ForService(Domain, new ServiceId("bench", "storefront")),
            Outbound = [.. ports.Select(port => new OutboundListener { Upstream = port, Protocol = AppProtocol.Http, Origins = [new Origin("Edge", $"storefront → {port}")] })],
            RouteTables = [.. ports.Select((port, i) => Table(port, i == 0 ? host : null))],
            Clusters = [.. ports.Select(port => new Cluster { Upstream = port, Protocol = AppProtocol.Http, PeerIdentity = SpiffeId.ForService(Domain, port.Service) })],
        };
    }

    private static RouteTable Table(PortRef port, string? host)
    {
        var action = new ForwardAction { RewriteHost = host, Backends = [new WeightedCluster(ResourceNames.Cluster(port))] };
        return new() { Name = ResourceNames.Outbound(port), Rules = [new RouteRule { Name = "all", Action = action }] };
    }
}
