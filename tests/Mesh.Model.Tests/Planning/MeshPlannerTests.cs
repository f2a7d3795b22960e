using Mesh.Model.Planning;
using Mesh.Model.Topology;

namespace Mesh.Model.Tests.Planning;

public sealed class MeshPlannerTests
{
    private static MeshPlan Plan(MeshDescription description, PlanningTarget? target = null) =>
        MeshPlanner.Plan(description, target ?? PlanningTarget.Laptop, target == PlanningTarget.Containers ? ContainerPorts.Pick : Describe.Counting());

    private static string Lines<T>(IEnumerable<T> items) => string.Join('\n', items);

    [Fact]
    public void Plan_CallerAndCallee_GivesEveryListenerAPort()
    {
        var plan = Plan(Describe.App(
            Describe.Workload("storefront", Describe.Endpoint("http", port: 5400)).Using("orders"),
            Describe.Workload("orders", Describe.Endpoint("http"))));

        var storefront = Assert.Single(plan.Workloads[0].Replicas);
        Assert.Equal("storefront-0", storefront.Name);
        Assert.Equal(
            """
            [inbound/front/http, 127.0.0.1:5400]
            [inbound/mesh, 127.0.0.1:20002]
            [outbound/default/orders/http, 127.0.0.1:20003]
            """,
            Lines(storefront.Listeners));
        Assert.Equal("[http, 127.0.0.1:20001]", Lines(storefront.Applications));
        Assert.Equal("127.0.0.1:20004", storefront.AdminAddress);
    }

    [Fact]
    public void Plan_CallerAndCallee_TellsTheAppItsPortsAndItsCallees()
    {
        var plan = Plan(Describe.App(
            Describe.Workload("storefront", Describe.Endpoint("http"), Describe.Endpoint("admin-ui")).Using("orders-api", "postgres", "inventory/grpc"),
            Describe.Workload("orders-api", Describe.Endpoint("http")),
            Describe.Workload("inventory", Describe.Endpoint("grpc", AppProtocol.Grpc), Describe.Endpoint("http")),
            Describe.Workload("postgres", Describe.Endpoint("tcp", AppProtocol.Tcp))));

        var replica = plan.Workloads[0].Replicas[0];
        var orders = replica.Listeners["outbound/default/orders-api/http"];
        var postgres = replica.Listeners["outbound/default/postgres/tcp"];
        var inventory = replica.Listeners["outbound/default/inventory/grpc"];
        Assert.Equal(
            $"""
            MESH_WORKLOAD=default/storefront
            MESH_REPLICA=storefront-0
            PORT=20001
            PORT_HTTP=20001
            PORT_ADMIN_UI=20003
            ASPNETCORE_URLS=http://127.0.0.1:20001;http://127.0.0.1:20003
            services__orders-api__http__0=http://{orders}
            ORDERS_API_HTTP=http://{orders}
            services__postgres__tcp__0=tcp://{postgres}
            POSTGRES_TCP={postgres}
            services__inventory__grpc__0=http://{inventory}
            INVENTORY_GRPC=http://{inventory}
            """,
            Lines(replica.Environment.Select(v => $"{v.Name}={v.Value}")));
        Assert.Equal(
            ["default/orders-api", "default/postgres", "default/inventory"],
            replica.Environment.Where(v => v.Upstream is not null).Select(v => v.Upstream.ToString()).Distinct());
        Assert.False(replica.Listeners.ContainsKey("outbound/default/inventory/http"));
    }

    [Theory]
    [InlineData(false, "http://127.0.0.1:")]
    [InlineData(true, "https://localhost:")]
    public void Plan_HttpsPorts_AreToldByWhatTheSidecarsSpeak(bool servesHttps, string prefix)
    {
        var description = Describe.App(
            Describe.Workload("storefront", Describe.Endpoint("http", port: 5400)).Using("orders/https", "orders/http", "stripe"),
            Describe.Workload("orders", Describe.Endpoint("https", AppProtocol.Https), Describe.Endpoint("http"))) with { Externals = [Describe.External("stripe", "api.stripe.com")] };

        var plan = Plan(description, PlanningTarget.Laptop with { ServesHttps = servesHttps, FrontDoorAddress = "localhost" });

        var replica = plan.Workloads[0].Replicas[0];
        var values = replica.Environment.ToDictionary(v => v.Name, v => v.Value);
        foreach (var (upstream, discovery, plain) in new[] { ("orders", "services__orders__https__0", "ORDERS_HTTPS"), ("stripe", "services__stripe__https__0", "STRIPE_HTTPS") })
        {
            Assert.StartsWith(prefix, values[discovery], StringComparison.Ordinal);
            Assert.Equal(values[discovery], values[plain]);
            Assert.EndsWith($"//{replica.Listeners[$"outbound/default/{upstream}/https"]}", values[plain], StringComparison.Ordinal);
        }

        Assert.StartsWith("http://127.0.0.1:", values["ORDERS_HTTP"], StringComparison.Ordinal);
        Assert.Equal("localhost:5400", replica.FrontDoor("http"));
        Assert.StartsWith("127.0.0.1:", replica.Listeners["inbound/mesh"], StringComparison.Ordinal);
    }

    [Fact]
    public void Plan_CallerAndCallee_DeclaresTheTopology()
    {
        var plan = Plan(Describe.App(
            Describe.Workload("storefront").Using("orders"),
            Describe.Workload("orders", Describe.Endpoint("http", external: true), Describe.Endpoint("tcp", AppProtocol.Tcp))));

        Assert.Equal("default/storefront", plan.Workloads[0].Service.Id.ToString());
        Assert.Equal(["default/orders/http", "default/orders/tcp"], plan.Workloads[0].Service.Uses.Select(u => $"{u.Callee}/{u.Port}"));
        Assert.Equal(["http Http True", "tcp Tcp False"], plan.Workloads[1].Service.Ports.Select(p => $"{p.Name} {p.Protocol} {p.External}"));
    }

    [Fact]
    public void Plan_TwoReplicas_GivesTheDeclaredPortToTheFirst()
    {
        var orders = Describe.Workload("orders", Describe.Endpoint("http", port: 5401)).Using("inventory") with { Replicas = 2 };
        var plan = Plan(Describe.App(orders, Describe.Workload("inventory", Describe.Endpoint("grpc", AppProtocol.Grpc))));

        var replicas = plan.Workloads[0].Replicas;
        Assert.Equal(["orders-0", "orders-1"], replicas.Select(r => r.Name));
        Assert.Equal("127.0.0.1:5401", replicas[0].FrontDoor("http"));
        Assert.NotNull(replicas[1].FrontDoor("http"));
        Assert.Equal("orders-1", replicas[1].Environment.Single(v => v.Name == "MESH_REPLICA").Value);

        var bound = plan.Workloads.SelectMany(w => w.Replicas).SelectMany(r => r.Listeners.Values.Concat(r.Applications.Values).Append(r.AdminAddress)).ToList();
        Assert.Equal(bound.Count, bound.Distinct().Count());
    }

    [Fact]
    public void Plan_OnlyCalls_HasNoDoors()
    {
        var plan = Plan(Describe.App(Describe.Workload("worker").Using("orders"), Describe.Workload("orders", Describe.Endpoint("http"))));

        var worker = plan.Workloads[0].Replicas[0];
        Assert.Equal(["outbound/default/orders/http"], worker.Listeners.Keys);
        Assert.DoesNotContain(worker.Environment, v => v.Name is "PORT" or "ASPNETCORE_URLS");
    }

    [Fact]
    public void Plan_PortSourceGivesAFixedPort_IsToldWhatIsTaken()
    {
        var seen = new List<IReadOnlySet<int>>();
        var counting = Describe.Counting();

        MeshPlanner.Plan(
            Describe.App(Describe.Workload("orders", Describe.Endpoint("http", port: 20001, appPort: 20002))),
            PlanningTarget.Laptop with { ReservedPorts = PlanningTarget.Laptop.ReservedPorts.Add(20003, "the API") },
            (request, taken) =>
            {
                seen.Add(taken.ToHashSet());
                return counting(request, taken);
            });

        Assert.All(seen, taken => Assert.Superset(new HashSet<int> { 20001, 20002, 20003 }, new HashSet<int>(taken)));
        Assert.Contains(20004, seen[^1]);
    }

    [Fact]
    public void Plan_ProtocolThatAdvertisesItsAddresses_IsSkippedAndReachedDirectly()
    {
        Assert.True(AdvertisingProtocols.TryGetReason("kafka", out var reason));
        var plan = Plan(Describe.App(
            Describe.Workload("orders").Using("broker"),
            Describe.Workload("broker", Describe.Endpoint("kafka", AppProtocol.Tcp, port: 9092, skip: reason))));

        var edge = Assert.Single(plan.Edges);
        Assert.Equal($"SKIPPED orders → broker/kafka ({reason})", edge.ToString());
        Assert.Empty(plan.Workloads[0].Service.Uses);
        Assert.Empty(plan.Workloads[1].Service.Ports);
        Assert.Equal("127.0.0.1:9092", plan.Workloads[1].Replicas[0].Applications["kafka"]);
        Assert.Null(plan.Workloads[1].Replicas[0].FrontDoor("kafka"));
        Assert.Contains(plan.Workloads[0].Replicas[0].Environment, v => v is { Name: "BROKER_KAFKA", Value: "127.0.0.1:9092" });
    }

    [Fact]
    public void Plan_ExternalService_LeavesAtTheCallersSidecar()
    {
        var plan = Plan(Describe.App(Describe.Workload("payments").Using("stripe")) with { Externals = [Describe.External("stripe", "api.stripe.com")] });

        Assert.Equal("MESHED payments → stripe/https (leaves the mesh at payments's sidecar for api.stripe.com:443)", Assert.Single(plan.Edges).ToString());
        Assert.Equal("default/stripe", Assert.Single(plan.ExternalServices).Id.ToString());
        var address = plan.Workloads[0].Replicas[0].Listeners["outbound/default/stripe/https"];
        Assert.Contains(plan.Workloads[0].Replicas[0].Environment, v => v.Name == "STRIPE_HTTPS" && v.Value == $"http://{address}");
    }

    [Theory]
    [InlineData(false, "PLAIN worker → cache (cache is outside the mesh: it runs in a container)", "REFUSED cron → orders/http (cron is outside the mesh: it is started by hand; allow it explicitly or give it a sidecar)")]
    [InlineData(true, "PLAIN worker → cache (cache is outside the mesh: it runs in a container)", "PLAIN cron → orders/http (cron is outside the mesh: it is started by hand; allowed in without an identity)")]
    public void Plan_OutsideTheMesh_IsAnItemOfThePlan(bool mayCall, params string[] expected)
    {
        var plan = Plan(Describe.App(Describe.Workload("worker").Using("cache"), Describe.Workload("orders", Describe.Endpoint("http"))) with
        {
            Outsiders =
            [
                new OutsiderDescription { Id = Describe.Id("cache"), Reason = "it runs in a container" },
                new OutsiderDescription { Id = Describe.Id("cron"), Reason = "it is started by hand", MayCall = mayCall, Uses = [Describe.Use("orders")] },
            ],
        });

        Assert.Equal(expected, plan.Edges.Select(e => e.ToString()));
    }

    [Fact]
    public void Plan_SameEdgeTwice_IsOneEdge()
    {
        var plan = Plan(Describe.App(Describe.Workload("storefront").Using("orders", "orders/http"), Describe.Workload("orders", Describe.Endpoint("http"))));

        Assert.Single(plan.Edges);
    }

    [Fact]
    public void Plan_Containers_UsesThePortsThatOperatorsKnow()
    {
        var storefront = Describe.Workload("storefront", Describe.Endpoint("http", port: 8080, external: true)).Using("payments", "orders") with { Replicas = 3 };
        var plan = Plan(
            Describe.App(storefront, Describe.Workload("orders", Describe.Endpoint("http", port: 8080)), Describe.Workload("payments", Describe.Endpoint("http"))),
            PlanningTarget.Containers);

        var replica = Assert.Single(plan.Workloads[0].Replicas);
        Assert.Equal("storefront", replica.Name);
        Assert.Equal("127.0.0.1:15000", replica.AdminAddress);
        Assert.Equal(
            """
            [inbound/front/http, 0.0.0.0:8080]
            [inbound/mesh, 0.0.0.0:15006]
            [outbound/default/orders/http, 127.0.0.1:15101]
            [outbound/default/payments/http, 127.0.0.1:15102]
            """,
            Lines(replica.Listeners));
        Assert.Equal("127.0.0.1:18080", replica.Applications["http"]);

        // Published, an endpoint that is not external has no front door, but a place where there may be one for plain text.
        Assert.Null(plan.Workloads[1].Replicas[0].FrontDoor("http"));
        Assert.Equal("0.0.0.0:15060", plan.Workloads[1].Replicas[0].PlainDoor("http"));
    }
}
