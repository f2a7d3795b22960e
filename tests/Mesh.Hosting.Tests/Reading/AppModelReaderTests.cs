using System.Net.Sockets;
using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Mesh.Hosting.Annotations;
using Mesh.Hosting.Tests.Models;
using Mesh.Model.Topology;

namespace Mesh.Hosting.Tests.Reading;

/// <summary>From an app model to a plan: who is in, who calls whom, what is spoken at which port.</summary>
public sealed class AppModelReaderTests
{
    public static TheoryData<string, string[]> Declarations => new()
    {
        { "reference", ["MESHED storefront → orders/http"] },
        { "one endpoint", ["MESHED storefront → orders/http"] },
        { "environment", ["MESHED storefront → orders/admin"] },
        { "argument", ["MESHED storefront → orders/http"] },
        { "expression", ["MESHED storefront → orders/http"] },
        { "wait", [] },
        { "database of a server", ["MESHED storefront → server/tcp"] },
        { "browser variable by prefix", [] },
        { "browser variable by name", [] },
        { "external service", ["PLAIN storefront → nuget (nuget is outside the mesh: it is an external service at https://api.example.com/)"] },
        { "connection string from outside", ["PLAIN storefront → legacy (legacy is outside the mesh: the app does not run it; its address is configured)"] },
        { "to one kept out", ["PLAIN storefront → old/http (old is outside the mesh: WithoutMesh() keeps it out)"] },
        { "from one kept out", ["REFUSED old → orders/http (old is outside the mesh: WithoutMesh() keeps it out; allow it explicitly or give it a sidecar)"] },
        { "from one kept out but allowed", ["PLAIN old → orders/http (old is outside the mesh: WithoutMesh() keeps it out; allowed in without an identity)"] },
        { "udp", ["SKIPPED storefront → dns/udp (it is UDP, and sidecars carry TCP)"] },
        { "dev tunnel", ["PLAIN public-orders-http → orders/http (a dev tunnel leads to the app's own port, past its sidecar, so no permission, limit or log of the mesh holds there)"] },
        { "dev tunnel to replicas", ["PLAIN public-orders-http → orders/http (a dev tunnel leads to its front door, where whoever comes in passes for the developer)"] },
        { "dev tunnel to one kept out", [] },
        { "orleans", ["SKIPPED storefront → silo/orleans-silo (Orleans silos find each other by the addresses in their membership table and connect to those directly)"] },
    };

    [Theory]
    [MemberData(nameof(Declarations))]
    public async Task Declaration_BecomesAnEdge_OrIsSaidNotTo(string what, string[] edges)
    {
        await using var app = await PlannedApp.CreateAsync(builder => Declare(builder, what));

        Assert.Equal(edges, app.Running.Plan.Edges.Select(e => e.ToString()));
    }

    [Fact]
    public async Task Reference_ItsEdge_NamesTheResourceAndTheAppHostThatDeclaredIt()
    {
        await using var app = await PlannedApp.CreateAsync(builder => Declare(builder, "reference"));

        var host = app.Model.Resources.OfType<MeshResource>().Single().AppHostName;
        var edge = app.Running.Plan.Workloads.Single(w => w.Service.Id.Name == "storefront").Service.Uses.Single();
        Assert.Equal($"Edge storefront → orders (storefront in {host})", edge.Origin!.ToString());
    }

    [Theory]
    [InlineData("http", "http", AppProtocol.Http)]
    [InlineData("http", "http2", AppProtocol.Http2)]
    [InlineData("https", "http", AppProtocol.Https)]
    [InlineData("https", "http2", AppProtocol.Https)]
    [InlineData("tcp", "tcp", AppProtocol.Tcp)]
    [InlineData("redis", "tcp", AppProtocol.Tcp)]
    public async Task Endpoint_SchemeAndTransport_SayWhatIsSpoken(string scheme, string transport, AppProtocol expected)
    {
        await using var app = await PlannedApp.CreateAsync(builder =>
            builder.AddExecutable("orders", "orders", ".").WithEndpoint("api", e => { e.UriScheme = scheme; e.Transport = transport; }));

        Assert.Equal(expected, app.Running.Plan.Workloads.Single().Service.Ports.Single().Protocol);
    }

    [Fact]
    public async Task Endpoint_WithMeshProtocol_SpeaksThat()
    {
        await using var app = await PlannedApp.CreateAsync(builder =>
            builder.AddExecutable("inventory", "inventory", ".").WithHttpEndpoint(name: "api").WithAnnotation(new MeshProtocolAnnotation("api", AppProtocol.Grpc)));

        Assert.Equal(AppProtocol.Grpc, app.Running.Plan.Workloads.Single().Service.Ports.Single().Protocol);
    }

    [Theory]
    [InlineData("the same port over TCP and UDP", 5353, 53)]
    [InlineData("UDP behind Aspire's proxy", 5353, 5300)]
    [InlineData("a silo behind Aspire's proxy", 11111, 11112)]
    [InlineData("a silo that listens where it wants", 11111, 11111)]
    public async Task EndpointThatSidecarsDoNotCarry_IsLeftAsAspireHasIt(string what, int port, int targetPort)
    {
        await using var app = await PlannedApp.CreateAsync(builder => _ = what switch
        {
            "the same port over TCP and UDP" => (object)builder.AddContainer("dns", "dns")
                .WithEndpoint(port: 5353, targetPort: 53, name: "tcp").WithEndpoint(port: 5353, targetPort: 53, name: "udp", protocol: ProtocolType.Udp),
            "UDP behind Aspire's proxy" => builder.AddExecutable("dns", "dns", ".").WithEndpoint(port: 5353, targetPort: 5300, name: "udp", protocol: ProtocolType.Udp),
            "a silo behind Aspire's proxy" => builder.AddExecutable("silo", "silo", ".").WithEndpoint(port: 11111, targetPort: 11112, name: "orleans-silo"),
            _ => builder.AddExecutable("silo", "silo", ".").WithEndpoint(port: 11111, targetPort: 11111, name: "orleans-silo", isProxied: false),
        });

        var skipped = app.Model.Resources.SelectMany(r => r.Annotations.OfType<EndpointAnnotation>()).Single(e => e.Name is "udp" or "orleans-silo");
        Assert.Equal((port, targetPort), (skipped.Port, skipped.TargetPort));
    }

    [Fact]
    public async Task Service_WithoutEndpointsAndReferences_GetsNoSidecar()
    {
        await using var app = await PlannedApp.CreateAsync(builder => builder.AddExecutable("migrations", "migrations", "."));

        Assert.Empty(app.Running.Plan.Workloads);
        Assert.DoesNotContain(app.Model.Resources, r => r is MeshSidecarResource);
    }

    [Fact]
    public async Task Replicas_EachGetsASidecarOfItsOwn()
    {
        await using var app = await PlannedApp.CreateAsync(builder =>
            builder.AddProject("orders", "none.csproj", p => p.ExcludeLaunchProfile = true).WithHttpEndpoint().WithReplicas(3));

        Assert.Equal(["orders-mesh-0", "orders-mesh-1", "orders-mesh-2"], app.Model.Resources.OfType<MeshSidecarResource>().Select(r => r.Name));
        Assert.Equal(3, app.Running.Plan.Workloads.Single().Replicas.SelectMany(r => r.Applications.Values).Distinct().Count());
    }

    [Fact]
    public async Task Container_KeepsItsPortInside_AndGetsOneOnTheHost()
    {
        await using var app = await PlannedApp.CreateAsync(builder => builder.AddRedis("cache"));

        var endpoint = app.Model.Resources.Single(r => r.Name == "cache").Annotations.OfType<EndpointAnnotation>().Single(e => e.Name == "tcp");
        Assert.Equal(6379, endpoint.TargetPort);
        Assert.Equal($"localhost:{endpoint.Port}", app.Running.Plan.Workloads.Single().Replicas[0].Applications["tcp"]);
        Assert.Equal(app.FrontDoor("cache", "tcp"), endpoint.AllocatedEndpoint!.Port);
    }

    [Fact]
    public async Task EndpointOfAnApp_IsToldItsOwnPort_AndShownAtItsFrontDoor()
    {
        await using var app = await PlannedApp.CreateAsync(builder =>
        {
            var orders = builder.AddExecutable("orders", "orders", ".").WithHttpEndpoint(env: "PORT");
            orders.WithEnvironment("PUBLIC_ADDRESS", orders.GetEndpoint("http"));
        });

        var environment = await app.EnvironmentAsync("orders");
        Assert.Equal(app.Running.Plan.Workloads.Single().Replicas[0].Applications["http"], $"localhost:{environment["PORT"]}");
        Assert.Equal($"http://localhost:{app.FrontDoor("orders", "http")}", environment["PUBLIC_ADDRESS"]);
        Assert.Equal("default/orders", environment["MESH_WORKLOAD"]);
    }

    private static void Declare(IDistributedApplicationBuilder builder, string what)
    {
        var orders = builder.AddExecutable("orders", "orders", ".").WithHttpEndpoint();
        var http = orders.GetEndpoint("http");
        var storefront = builder.AddExecutable("storefront", "storefront", ".").WithHttpEndpoint();
        switch (what)
        {
            case "reference" or "one endpoint":
                storefront.WithReference(http);
                break;
            case "environment":
                orders.WithHttpEndpoint(name: "admin");
                storefront.WithEnvironment("ADMIN", orders.GetEndpoint("admin"));
                break;
            case "argument":
                storefront.WithArgs("--orders", http);
                break;
            case "expression":
                storefront.WithEnvironment("ORDERS", ReferenceExpression.Create($"{http}/api"));
                break;
            case "wait":
                storefront.WaitFor(orders);
                break;
            case "database of a server":
                storefront.WithReference(builder.AddPostgres("server").AddDatabase("shop"));
                break;
            case "browser variable by prefix":
                storefront.WithEnvironment("VITE_ORDERS", http);
                break;
            case "browser variable by name":
                storefront.WithEnvironment("API_URL", http).WithAnnotation(new BrowserVariableAnnotation("API_URL"));
                break;
            case "external service":
                storefront.WithReference(builder.AddExternalService("nuget", "https://api.example.com/"));
                break;
            case "connection string from outside":
                storefront.WithReference(builder.AddConnectionString("legacy"));
                break;
            case "to one kept out":
                storefront.WithReference(builder.AddExecutable("old", "old", ".").WithHttpEndpoint().WithAnnotation(new OutsideMeshAnnotation(MayCall: false)).GetEndpoint("http"));
                break;
            case "from one kept out":
                builder.AddExecutable("old", "old", ".").WithReference(http).WithAnnotation(new OutsideMeshAnnotation(MayCall: false));
                break;
            case "from one kept out but allowed":
                builder.AddExecutable("old", "old", ".").WithReference(http).WithAnnotation(new OutsideMeshAnnotation(MayCall: true));
                break;
            case "udp":
                var dns = builder.AddExecutable("dns", "dns", ".").WithEndpoint("udp", e => { e.Protocol = ProtocolType.Udp; e.UriScheme = "udp"; });
                storefront.WithEnvironment("DNS", dns.GetEndpoint("udp"));
                break;
            case "dev tunnel":
                // Who is given the tunnel's address calls the internet.
                var tunnel = builder.AddResource(new DevTunnelPortResource(orders.Resource, "http")).Resource;
                storefront.WithEnvironment("PUBLIC", new EndpointReference(orders.Resource, tunnel.Annotations.OfType<EndpointAnnotation>().Single()));
                break;
            case "dev tunnel to replicas":
                builder.AddResource(new DevTunnelPortResource(orders.WithAnnotation(new ReplicaAnnotation(2)).Resource, "http"));
                break;
            case "dev tunnel to one kept out":
                builder.AddResource(new DevTunnelPortResource(orders.WithoutMesh().Resource, "http"));
                break;
            case "orleans":
                var silo = builder.AddExecutable("silo", "silo", ".").WithEndpoint(name: "orleans-silo", scheme: "tcp");
                storefront.WithEnvironment("SILO", silo.GetEndpoint("orleans-silo"));
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(what), what, null);
        }
    }

    // What the package Aspire.Hosting.DevTunnels adds to a model, by the names that the mesh knows it by.
    private sealed class DevTunnelPortResource : Resource
    {
        public DevTunnelPortResource(IResource target, string endpoint)
            : base($"public-{target.Name}-{endpoint}")
        {
            Annotations.Add(new EndpointAnnotation(ProtocolType.Tcp, "https", name: "tunnel", isProxied: false));
            Annotations.Add(new ResourceRelationshipAnnotation(target, "Reference"));
            Annotations.Add(new ResourceSnapshotAnnotation(new CustomResourceSnapshot { ResourceType = "DevTunnelPort", Properties = [new("TargetResource", target.Name), new("TargetEndpoint", endpoint)] }));
        }
    }
}
