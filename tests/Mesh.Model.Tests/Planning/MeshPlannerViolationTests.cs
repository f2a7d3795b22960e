using Mesh.Model.Planning;
using Mesh.Model.Topology;
using Mesh.Model.Validation;

namespace Mesh.Model.Tests.Planning;

public sealed class MeshPlannerViolationTests
{
    private static readonly WorkloadDescription Orders = Describe.Workload("orders", Describe.Endpoint("http"));

    public static TheoryData<string, MeshDescription, string> Table => new()
    {
        { "unknown target, misspelt", Describe.App(Describe.Workload("a").Using("ordrs"), Orders), "spec.services.a.uses[0]: 'ordrs' is not a service of this app; did you mean 'orders'?" },
        { "unknown target", Describe.App(Describe.Workload("a").Using("warehouse"), Orders), "spec.services.a.uses[0]: 'warehouse' is not a service of this app; use one of: orders" },
        { "unknown target, nothing else", Describe.App(Describe.Workload("a").Using("b")), "spec.services.a.uses[0]: 'b' is not a service of this app; there is no other service" },
        { "unknown endpoint", Describe.App(Describe.Workload("a").Using("orders/grpc"), Orders), "spec.services.a.uses[0]: 'orders' has no endpoint 'grpc'; use one of: http" },
        { "nothing to call", Describe.App(Describe.Workload("a").Using("b"), Describe.Workload("b")), "spec.services.a.uses[0]: 'b' has no endpoints, so there is nothing to call; give it one under endpoints, or leave it out here" },
        { "itself", Describe.App(Describe.Workload("a", Describe.Endpoint("http")).Using("a")), "spec.services.a.uses[0]: names 'a' itself; a call to itself needs no edge, leave it out" },
        { "bad name", Describe.App(Describe.Workload("Order_Service")), "spec.services.Order_Service: 'Order_Service' cannot be a name: use lower-case letters, digits and inner hyphens, at most 63 characters, such as 'order-service'" },
        { "bad endpoint name", Describe.App(Describe.Workload("a", Describe.Endpoint("HTTP"))), "spec.services.a.endpoints.HTTP: 'HTTP' cannot be a name: use lower-case letters, digits and inner hyphens, at most 63 characters, such as 'http'" },
        { "name given twice", Describe.App(Orders, Orders), "spec.services.orders: 'orders' is a service already and cannot be a service as well; rename one of them" },
        { "service and external", Describe.App(Orders) with { Externals = [Describe.External("orders", "x.example")] }, "spec.external.orders: 'orders' is a service already and cannot be an external service as well; rename one of them" },
        { "system namespace", Describe.App(Orders with { Id = new ServiceId("mesh-system", "orders") }), "spec.services.orders: the namespace 'mesh-system' is the control plane's own; use another one" },
        { "endpoint given twice", Describe.App(Describe.Workload("a", Describe.Endpoint("http"), Describe.Endpoint("http"))), "spec.services.a.endpoints.http: 'a' has an endpoint 'http' already; rename one of them" },
        { "no replicas", Describe.App(Orders with { Replicas = 0 }), "spec.services.orders.replicas: must be at least 1 but is 0; remove the service to run none" },
        { "port out of range", Describe.App(Describe.Workload("a", Describe.Endpoint("http", port: 70000))), "spec.services.a.endpoints.http.port: must be a TCP port from 1 to 65535 but is 70000; leave it out for a free one" },
        { "app port and replicas", Describe.App(Describe.Workload("a", Describe.Endpoint("http", appPort: 80)) with { Replicas = 2 }), "spec.services.a.endpoints.http.appPort: 80 can belong to one process only but 'a' has 2 replicas; leave appPort out and let the app read PORT" },
        {
            "port given twice",
            Describe.App(Describe.Workload("a", Describe.Endpoint("http", port: 5400)), Describe.Workload("b", Describe.Endpoint("http", appPort: 5400))),
            "spec.services.b.endpoints.http.appPort: 5400 is a's port of 'http' already; use another one, or leave it out for a free one"
        },
        { "reserved port", Describe.App(Describe.Workload("a", Describe.Endpoint("http", port: 15014))), "spec.services.a.endpoints.http.port: 15014 is the control plane's API; use another one, or leave it out for a free one" },
        {
            "two ports without sidecar",
            Describe.App(Describe.Workload("a", Describe.Endpoint("kafka", AppProtocol.Tcp, port: 1, appPort: 2, skip: "Kafka"))),
            "spec.services.a.endpoints.kafka.port: is 1 but the endpoint has no sidecar in front (Kafka), so people reach it at appPort 2; leave one of them out"
        },
        {
            "same variable",
            Describe.App(Describe.Workload("a").Using("b-c", "b"), Describe.Workload("b-c", Describe.Endpoint("d")), Describe.Workload("b", Describe.Endpoint("c-d"))),
            "spec.services.a.uses[1]: default/b-c/d and default/b/c-d would both be B_C_D in a's environment; rename one of them"
        },
        { "external host", Describe.App() with { Externals = [Describe.External("stripe", "not a host")] }, "spec.external.stripe.https.host: must be a host name or IP address but is 'not a host'" },
    };

    [Theory]
    [MemberData(nameof(Table))]
    public void Plan_WrongDescription_SaysWhereWhatAndTheCure(string what, MeshDescription description, string expected)
    {
        var target = PlanningTarget.Laptop with { ReservedPorts = PlanningTarget.Laptop.ReservedPorts.Add(15014, "the control plane's API") };

        var plan = MeshPlanner.Plan(description, target, Describe.Counting());

        Assert.True(plan.Violations.Length == 1, $"{what}: {string.Join('\n', plan.Violations)}");
        Assert.Equal(expected, plan.Violations[0].ToString());
        Assert.Empty(plan.Workloads);
    }

    [Fact]
    public void Plan_ManyMistakes_ReportsAllAtOnce()
    {
        var description = Describe.App(
            Describe.Workload("a", Describe.Endpoint("HTTP", port: 0)).Using("x", "y") with { Replicas = -1 });

        var plan = MeshPlanner.Plan(description, PlanningTarget.Laptop, (_, _) => throw new InvalidOperationException("a wrong description needs no ports"));

        Assert.Equal(
            ["spec.services.a.replicas", "spec.services.a.endpoints.HTTP", "spec.services.a.endpoints.HTTP.port", "spec.services.a.uses[0]", "spec.services.a.uses[1]"],
            plan.Violations.Select(v => v.Path.Text));
    }

    [Fact]
    public void Plan_SamePortInTwoContainers_IsFine()
    {
        var description = Describe.App(Describe.Workload("a", Describe.Endpoint("http", port: 8080)), Describe.Workload("b", Describe.Endpoint("http", port: 8080)));

        Assert.Empty(MeshPlanner.Plan(description, PlanningTarget.Containers, ContainerPorts.Pick).Violations);
    }

    [Fact]
    public void Plan_ViolationWithLine_KeepsTheLine()
    {
        var description = Describe.App(new WorkloadDescription { Id = Describe.Id("a"), Replicas = 0, DeclaredAt = new Declaration(FieldPath.Root / "a", 12) });

        Assert.Equal(12, Assert.Single(MeshPlanner.Plan(description, PlanningTarget.Laptop, Describe.Counting()).Violations).Line);
    }
}
