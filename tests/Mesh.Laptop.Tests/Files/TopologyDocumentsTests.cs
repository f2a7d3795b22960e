using System.Collections.Immutable;
using Mesh.Laptop.Files;
using Mesh.Laptop.Ports;
using Mesh.Model;
using Mesh.Model.Identity;
using Mesh.Model.Planning;
using Mesh.Model.Resources;
using Mesh.Model.Serialization;
using Mesh.Model.Topology;
using Mesh.Model.Validation;
using Mesh.Testing;
using Mesh.Yaml;

namespace Mesh.Laptop.Tests.Files;

public sealed class TopologyDocumentsTests
{
    private static readonly ServiceId Orders = new("default", "orders");
    private static readonly ServiceId Shop = new("default", "shop");

    private static MeshPlan Plan(params UseDescription[] uses) => MeshPlanner.Plan(
        new MeshDescription
        {
            TrustDomain = TrustDomain.Parse("shop.local"),
            Workloads =
            [
                new WorkloadDescription { Id = Shop, Uses = [.. uses], Labels = ImmutableSortedDictionary<string, string>.Empty.Add("tier", "web") },
                new WorkloadDescription { Id = Orders, Endpoints = [new EndpointDescription { Name = "http", Protocol = AppProtocol.Http, External = true }] },
            ],
            Externals = [new ExternalDescription(new ExternalService { Id = new("default", "stripe"), Origin = Origin.Default, Ports = [new ExternalPort { Name = "https", Protocol = AppProtocol.Https, Host = "api.stripe.com", Port = 443 }] })],
        },
        PlanningTarget.Laptop,
        new LaptopPorts(null, 1).Pick);

    [Fact]
    public void Write_Plan_ReadsBackAsTheSameServices()
    {
        using var folder = new TemporaryFolder();

        TopologyDocuments.Write(Plan(new UseDescription(Orders)), folder.Path);

        var resources = Directory.EnumerateFiles(folder.Path, "*.json").Order(StringComparer.Ordinal).Select(Read).ToList();
        var orders = Assert.IsType<ServiceResource>(resources[1]).ToService();
        var shop = Assert.IsType<ServiceResource>(resources[2]).ToService();
        Assert.True(orders.Port("http") is { Protocol: AppProtocol.Http, External: true });
        Assert.Equal((Orders, "http"), shop.Uses.Select(u => (u.Callee, u.Port)).Single());
        Assert.Equal("web", shop.Labels["tier"]);
        Assert.Equal("api.stripe.com", Assert.IsType<ExternalServiceResource>(resources[0]).Ports[0].Host);
    }

    [Fact]
    public void Write_DeclaredInAFile_OriginsNameThatFileAndLine()
    {
        using var folder = new TemporaryFolder();
        var plan = MeshPlanner.Plan(
            new MeshDescription
            {
                TrustDomain = TrustDomain.Parse("shop.local"),
                Workloads =
                [
                    new WorkloadDescription { Id = Shop, DeclaredAt = At(4), Uses = [new UseDescription(Orders, null, At(9))] },
                    new WorkloadDescription { Id = Orders, DeclaredAt = At(11), Endpoints = [new EndpointDescription { Name = "http", Protocol = AppProtocol.Http, DeclaredAt = At(13) }] },
                ],
            },
            PlanningTarget.Laptop,
            new LaptopPorts(null, 1).Pick);

        TopologyDocuments.Write(plan, folder.Path);

        var shop = Assert.IsType<ServiceResource>(Read(Path.Combine(folder.Path, "service.default.shop.json"))).ToService();
        var orders = Assert.IsType<ServiceResource>(Read(Path.Combine(folder.Path, "service.default.orders.json"))).ToService();
        Assert.Equal(new Origin("Edge", "shop → orders", "mesh.yaml:9"), Assert.Single(shop.Uses).Origin);
        Assert.Equal("mesh.yaml:4", shop.Origin.Location);
        Assert.Equal("mesh.yaml:13", orders.Port("http")!.Origin!.Location);
    }

    private static Declaration At(int line) => new(FieldPath.Root, line, $"mesh.yaml:{line}");

    [Fact]
    public void Write_EdgeRevoked_ChangesThatFileOnly()
    {
        using var folder = new TemporaryFolder();
        TopologyDocuments.Write(Plan(new UseDescription(Orders)), folder.Path);
        var untouched = DateTime.UnixEpoch;
        File.SetLastWriteTimeUtc(Path.Combine(folder.Path, "service.default.orders.json"), untouched);
        folder.File("gone.json", "{}");

        TopologyDocuments.Write(Plan(), folder.Path);

        Assert.Empty(Assert.IsType<ServiceResource>(Read(Path.Combine(folder.Path, "service.default.shop.json"))).Uses);
        Assert.Equal(untouched, File.GetLastWriteTimeUtc(Path.Combine(folder.Path, "service.default.orders.json")));
        Assert.False(File.Exists(Path.Combine(folder.Path, "gone.json")));
    }

    [Fact]
    public void Write_OneNameInTwoNamespaces_DeclaresBoth()
    {
        using var folder = new TemporaryFolder();
        ServiceId[] both = [Orders, new("sales", "orders")];
        var plan = MeshPlanner.Plan(
            new MeshDescription { TrustDomain = TrustDomain.Parse("shop.local"), Workloads = [.. both.Select(id => new WorkloadDescription { Id = id })] },
            PlanningTarget.Laptop,
            new LaptopPorts(null, 1).Pick);

        TopologyDocuments.Write(plan, folder.Path);

        Assert.Equal(both, Directory.EnumerateFiles(folder.Path).Order(StringComparer.Ordinal).Select(f => Assert.IsType<ServiceResource>(Read(f)).ToService().Id));
    }

    private static DeclaredResource? Read(string file)
    {
        var result = ResourceReader.Read(Assert.Single(DocumentReader.Read(File.ReadAllText(file), Path.GetFileName(file)).Documents));
        Assert.Empty(result.Violations);
        return result.Resource;
    }
}
