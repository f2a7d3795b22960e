using System.Net;
using Mesh.Model;
using Mesh.Model.Snapshots;
using Mesh.Model.Topology;
using Mesh.Testing.Identity;

namespace Mesh.Proxy.Tests.Pair;

/// <summary>shop calls orders: a proxy beside each, mTLS between, and orders' app behind.</summary>
internal sealed class ProxyPair : IAsyncDisposable
{
    public static readonly PortRef Upstream = new(new ServiceId("default", "orders"), "http");

    private ProxyPair(TestAuthority authority, TestProxy caller, TestProxy callee, PairOptions options)
    {
        Authority = authority;
        Caller = caller;
        Callee = callee;
        Options = options;
    }

    public TestAuthority Authority { get; }

    public TestProxy Caller { get; }

    public TestProxy Callee { get; }

    public PairOptions Options { get; private set; }

    /// <summary>Where shop calls orders.</summary>
    public IPEndPoint Listener => Caller.Outbound(Upstream);

    /// <summary>The same as a URL.</summary>
    public Uri Url => At(Listener);

    /// <summary>Where outsiders call orders.</summary>
    public Uri FrontDoor => At(Callee.FrontDoor(Upstream.Port));

    public static async Task<ProxyPair> StartAsync(IPEndPoint app, PairOptions? options = null)
    {
        options ??= new PairOptions();
        var authority = new TestAuthority();
        var caller = new TestProxy("shop", "shop-1", authority, listeners: [ResourceNames.Outbound(Upstream)], certificate: options.Certificate, limits: options.Limits, time: options.Time);
        var callee = new TestProxy("orders", "orders-1", authority, new Dictionary<string, EndPoint> { [Upstream.Port] = app }, [options.FrontDoorListener ?? ResourceNames.FrontDoor(Upstream.Port)], options.Certificate, options.Limits, options.Time, telemetry: options.Telemetry);
        var pair = new ProxyPair(authority, caller, callee, options);
        await callee.DataPath.StartAsync(TestContext.Current.CancellationToken);
        pair.ApplyCallee();
        await caller.DataPath.StartAsync(TestContext.Current.CancellationToken);
        pair.ApplyCaller();
        return pair;
    }

    /// <summary>Puts another replica of orders beside the first.</summary>
    public async Task<TestProxy> AddReplicaAsync(string name, IPEndPoint app)
    {
        var replica = new TestProxy("orders", name, Authority, new Dictionary<string, EndPoint> { [Upstream.Port] = app });
        await replica.DataPath.StartAsync(TestContext.Current.CancellationToken);
        replica.Configuration.Apply(Callee.Configuration.Current!.Snapshot, []);
        Apply(o => o with { Endpoints = [new Endpoint("127.0.0.1", Callee.MeshDoor.Port, "orders-1"), new Endpoint("127.0.0.1", replica.MeshDoor.Port, name)] });
        return replica;
    }

    /// <summary>Changes the configuration of both.</summary>
    public void Apply(Func<PairOptions, PairOptions> change)
    {
        Options = change(Options);
        ApplyCallee();
        ApplyCaller();
    }

    public async ValueTask DisposeAsync()
    {
        await Caller.DisposeAsync();
        await Callee.DisposeAsync();
        Authority.Dispose();
    }

    private void ApplyCallee()
    {
        var permissions = Options.Permissions ?? Allow(Caller.Id.Text);
        var snapshot = new ProxySnapshot
        {
            Identity = Callee.Id,
            Inbound = [new InboundPort { Port = Upstream, Protocol = Options.Protocol, Permissions = permissions, Timeouts = Options.InboundTimeouts, Limits = Options.InboundLimits, Concurrency = Options.Concurrency, AccessLogs = Options.InboundLogs, Telemetry = Options.Told, Tls = Options.Tls }],
            FrontDoors = [new FrontDoor { Port = Upstream, Protocol = Options.Protocol, Permissions = Options.FrontPermissions ?? permissions, External = Options.IsExternal, Permissive = Options.IsPermissive, PermissiveOrigin = Options.IsPermissive ? new Origin("Tls", "default/orders", "mesh.yaml:12", "rules[0]") : Origin.Default, Timeouts = Options.InboundTimeouts, Limits = Options.InboundLimits, Concurrency = Options.Concurrency, AccessLogs = Options.InboundLogs, Telemetry = Options.Told }],
        };
        Callee.Configuration.Apply(snapshot, []);
    }

    private void ApplyCaller()
    {
        if (Options.IsRevoked)
        {
            Caller.Configuration.Apply(new ProxySnapshot { Identity = Caller.Id }, []);
            return;
        }

        var isHttp = Options.Protocol.IsHttp();
        var cluster = new Cluster { Upstream = Upstream, Protocol = Options.Protocol, PeerIdentity = Options.PeerIdentity ?? Callee.Id, Wire = Options.Wire, Tls = Options.Tls };
        var endpoints = Options.Endpoints ?? [new Endpoint("127.0.0.1", Callee.MeshDoor.Port, "orders-1")];
        var listener = new OutboundListener
        {
            Upstream = Upstream,
            Protocol = Options.Protocol,
            Telemetry = Options.Told,
            TcpBackends = isHttp ? [] : [new WeightedCluster(cluster.Name)],
            Origins = [new Origin("Edge", "shop → orders", "mesh.yaml:7", "uses[0]")],
        };
        var snapshot = new ProxySnapshot
        {
            Identity = Caller.Id,
            Outbound = [Options.OutboundListener?.Invoke(listener) ?? listener],
            RouteTables = isHttp ? [new RouteTable { Name = ResourceNames.Outbound(Upstream), Rules = Options.Rules ?? [PassThrough(cluster.Name, Options)] }] : [],
            Clusters = [Options.Cluster?.Invoke(cluster) ?? cluster, .. Options.MoreClusters],
        };
        Caller.Configuration.Apply(snapshot, [new EndpointSet(cluster.Name, endpoints), .. Options.MoreEndpoints]);
    }

    private Uri At(IPEndPoint address) => Options.Certificate is not null && Options.Protocol == AppProtocol.Https ? new($"https://localhost:{address.Port}/") : new($"http://{address}/");

    public static RouteRule PassThrough(string cluster, PairOptions options) => new()
    {
        Name = "all",
        Action = new ForwardAction { Backends = [new WeightedCluster(cluster)] },
        Retry = options.Retry,
        Timeouts = options.Timeouts,
    };

    public static PermissionSet Allow(params string[] ids) => new()
    {
        Allow = [new PermissionRule { Principals = [.. ids.Select(i => new PrincipalMatch(i))], Origin = new Origin("Edge", "shop → orders") }],
    };
}
