using Mesh.Cli.Running;
using Mesh.Laptop.Ports;
using Mesh.Model.Identity;
using Mesh.Model.Planning;
using Mesh.Model.Topology;

namespace Mesh.Cli.Tests.Running;

public sealed class PlanChangeTests
{
    private static ServiceId Id(string name) => new(ServiceId.DefaultNamespace, name);

    private static WorkloadDescription Workload(string name, string ports, params string[] uses) => new()
    {
        Id = Id(name),
        Endpoints = [.. ports.Split(' ').Select(p => new EndpointDescription { Name = p, Protocol = AppProtocol.Http })],
        Uses = [.. uses.Select(u => new UseDescription(Id(u)))],
    };

    private static MeshPlan Plan(params WorkloadDescription[] workloads)
    {
        var plan = MeshPlanner.Plan(new MeshDescription { TrustDomain = TrustDomain.Parse("shop.local"), Workloads = [.. workloads] }, PlanningTarget.Laptop, new LaptopPorts(null, 1).Pick);
        Assert.Empty(plan.Violations);
        return plan;
    }

    [Fact]
    public void WithoutNews_EdgeRevokedAndEdgeAdded_HasNeither()
    {
        var before = Plan(Workload("a", "http", "b", "c"), Workload("b", "http"), Workload("c", "http"));
        var next = Plan(Workload("a", "http grpc", "b", "d"), Workload("b", "http"), Workload("c", "http"), Workload("d", "http"));

        var between = PlanChange.WithoutNews(next, before);

        Assert.Equal(["a", "b", "c"], between.Workloads.Select(w => w.Service.Id.Name));
        Assert.Equal(["b/http"], between.Workloads[0].Service.Uses.Select(u => $"{u.Callee.Name}/{u.Port}"));
        Assert.Equal(["http"], between.Workloads[0].Service.Ports.Select(p => p.Name));
    }
}
