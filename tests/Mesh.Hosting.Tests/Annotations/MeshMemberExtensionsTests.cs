using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Testing;
using Mesh.Hosting.Reading;
using Mesh.Hosting.Tests.Models;
using Mesh.Model.Planning;
using Mesh.Model.Topology;

namespace Mesh.Hosting.Tests.Annotations;

public sealed class MeshMemberExtensionsTests
{
    [Theory]
    [InlineData(MeshProtocol.Http, AppProtocol.Http)]
    [InlineData(MeshProtocol.Http2, AppProtocol.Http2)]
    [InlineData(MeshProtocol.Grpc, AppProtocol.Grpc)]
    [InlineData(MeshProtocol.Tcp, AppProtocol.Tcp)]
    [InlineData(MeshProtocol.Https, AppProtocol.Https)]
    public async Task WithMeshProtocol_Endpoint_IsPlannedSo(MeshProtocol said, AppProtocol planned)
    {
        await using var app = await PlannedApp.CreateAsync(builder => builder.AddExecutable("orders", "orders", ".").WithHttpEndpoint().WithMeshProtocol("HTTP", said));

        Assert.Equal(planned, app.Running.Plan.Workloads.Single().Service.Port("http")!.Protocol);
    }

    [Fact]
    public async Task WithMeshIdentity_NameAndNamespace_AreTheServices()
    {
        await using var app = await PlannedApp.CreateAsync(builder =>
        {
            builder.AddExecutable("payments", "payments", ".").WithHttpEndpoint().WithMeshIdentity("first").WithMeshIdentity("pay", "money");
            builder.AddExecutable("orders", "orders", ".").WithHttpEndpoint().WithMeshIdentity(ns: "shop");
        });

        Assert.Equal([new ServiceId("money", "pay"), new ServiceId("shop", "orders")], app.Running.Plan.Workloads.Select(w => w.Service.Id));
    }

    [Fact]
    public async Task WithMeshIdentity_OneNameInTwoNamespaces_AreTwoServicesWithSidecarsOfTheirOwn()
    {
        await using var app = await PlannedApp.CreateAsync(builder =>
        {
            var orders = builder.AddExecutable("orders", "orders", ".").WithHttpEndpoint();
            var sales = builder.AddExecutable("sales-orders", "orders", ".").WithHttpEndpoint().WithMeshIdentity("orders", "sales");
            builder.AddExecutable("web", "web", ".").WithReference(orders.GetEndpoint("http")).WithReference(sales.GetEndpoint("http"));
        });

        var told = await app.EnvironmentAsync("web");
        var (ours, theirs) = (told["services__orders__http__0"], told["services__sales-orders__http__0"]);
        var listeners = app.Running.Plan.Workloads.Single(w => w.Service.Id.Name == "web").Replicas[0].Listeners;
        Assert.Equal(($"http://{listeners["outbound/default/orders/http"]}", $"http://{listeners["outbound/sales/orders/http"]}"), (ours, theirs));
        Assert.NotEqual(ours, theirs);
        Assert.Equal(3, (await Task.WhenAll(app.Model.Resources.OfType<MeshSidecarResource>().Select(BootstrapOfAsync))).Distinct().Count());

        static async Task<string> BootstrapOfAsync(MeshSidecarResource sidecar)
        {
            var arguments = new List<object>();
            await sidecar.Annotations.OfType<CommandLineArgsCallbackAnnotation>().First().Callback(new CommandLineArgsCallbackContext(arguments));
            return arguments[^1].ToString()!;
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task WithoutMesh_Caller_IsPlannedAsAnOutsider(bool mayCall)
    {
        await using var app = await PlannedApp.CreateAsync(builder =>
        {
            var orders = builder.AddExecutable("orders", "orders", ".").WithHttpEndpoint();
            builder.AddExecutable("batch", "batch", ".").WithReference(orders.GetEndpoint("http")).WithoutMesh(mayCall);
        });

        Assert.Equal("orders", app.Running.Plan.Workloads.Single().Service.Id.Name);
        Assert.Equal(mayCall, app.Running.Reading.Description.Outsiders.Single().MayCall);
        Assert.NotEqual(EdgeOutcome.Meshed, app.Running.Plan.Edges.Single().Outcome);
    }

    [Fact]
    public async Task WithMeshBrowserVariable_Variable_KeepsTheFrontDoor()
    {
        await using var app = await PlannedApp.CreateAsync(builder =>
        {
            var orders = builder.AddExecutable("orders", "orders", ".").WithHttpEndpoint();
            builder.AddExecutable("web", "web", ".").WithHttpEndpoint()
                .WithEnvironment("API_FOR_PAGES", orders.GetEndpoint("http"))
                .WithMeshBrowserVariable("API_FOR_PAGES");
        });

        Assert.Empty(app.Running.Plan.Edges);
        Assert.Equal($"http://localhost:{app.FrontDoor("orders", "http")}", (await app.EnvironmentAsync("web"))["API_FOR_PAGES"]);
    }

    [Fact]
    public void In_CallsThatMeanNothing_AreToldTogether()
    {
        var builder = DistributedApplicationTestingBuilder.Create([], (options, _) => options.DisableDashboard = true);
        builder.AddMesh();
        builder.AddParameter("secret").WithoutMesh().WithMeshIdentity("x");
        builder.AddExecutable("orders", "orders", ".").WithHttpEndpoint().WithMeshProtocol("grpc", MeshProtocol.Grpc);

        Assert.Equal(
            ["MESH006: WithoutMesh is about 'secret'", "MESH006: WithMeshIdentity is about 'secret'", "MESH007: 'orders' has no endpoint 'grpc'; it has http"],
            MisplacedCalls.In(new DistributedApplicationModel(builder.Resources), isPublished: false).Select(e => e[..e.IndexOfAny([',', '.'])]));
    }

    [Fact]
    public void WithMeshProtocol_NoMember_Throws()
    {
        var builder = DistributedApplicationTestingBuilder.Create();
        var orders = builder.AddExecutable("orders", "orders", ".").WithHttpEndpoint();

        Assert.Throws<ArgumentOutOfRangeException>(() => orders.WithMeshProtocol("http", (MeshProtocol)9));
    }
}
