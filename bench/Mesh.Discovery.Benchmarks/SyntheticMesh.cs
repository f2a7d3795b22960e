using Mesh.Model.Identity;
using Mesh.Model.Snapshots;
using Mesh.Model.Topology;

namespace Mesh.Discovery.Benchmarks;

/// <summary>Services that each call the first one and their neighbours.</summary>
internal sealed record SyntheticMesh(int Services, int Upstreams)
{
    private static readonly TrustDomain TrustDomain = TrustDomain.Parse("bench.local");

    public static SpiffeId Identity(int service) => SpiffeId.ForService(TrustDomain, Port(service).Service);

    public static EndpointSet Endpoints(int service, int firstPort) => new(
        ResourceNames.Cluster(Port(service)), [.. Enumerable.Range(0, 5).Select(i => new Endpoint("127.0.0.1", firstPort + i, $"s{service}-{i}"))]);

    public ProxySnapshot Snapshot(int service, string? host = null)
    {
        var called = Enumerable.Range(0, Upstreams).Select(i => i == 0 ? 0 : (service + i) % Services).Distinct().Order().ToArray();
        return new()
        {
            Identity = Identity(service),
            Inbound = [new InboundPort { Port = Port(service), Protocol = AppProtocol.Http, Permissions = PermissionSet.Nobody }],
            Outbound = [.. called.Select(upstream => new OutboundListener { Upstream = Port(upstream), Protocol = AppProtocol.Http })],
            RouteTables = [.. called.Select(upstream => Table(upstream, host))],
            Clusters = [.. called.Select(upstream => new Cluster { Upstream = Port(upstream), Protocol = AppProtocol.Http, PeerIdentity = Identity(upstream) })],
        };
    }

    private static PortRef Port(int service) => new(new ServiceId("bench", $"s{service}"), "http");

    private static RouteTable Table(int upstream, string? host)
    {
        var action = new ForwardAction { RewriteHost = host, Backends = [new WeightedCluster(ResourceNames.Cluster(Port(upstream)))] };
        return new() { Name = ResourceNames.Outbound(Port(upstream)), Rules = [new RouteRule { Name = "all", Action = action }] };
    }
}
