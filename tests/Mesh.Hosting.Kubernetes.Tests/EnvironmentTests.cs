using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Eventing;
using Aspire.Hosting.Kubernetes.Resources;
using Aspire.Hosting.Lifecycle;
using k8s.Models;
using Mesh.Hosting.Kubernetes.Tests.Charts;
using Mesh.Model.Serialization;
using Mesh.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace Mesh.Hosting.Kubernetes.Tests;

/// <summary>Several environments in one AppHost. One that the mesh does not serve, and Compose beside a cluster, are tested with Compose.</summary>
[Collection(nameof(PublishedChart))]
public sealed class EnvironmentTests
{
    [Fact]
    public async Task TwoClusters_EachHaveAMeshOfTheirOwn()
    {
        using var output = await PublishedChart.CreateAsync(builder =>
        {
            builder.AddMesh();
            var (east, west) = (builder.AddKubernetesEnvironment("east").WithDashboard(false), builder.AddKubernetesEnvironment("west").WithDashboard(false));
            var stock = Service(builder, "stock").WithComputeEnvironment(east);
            var orders = Service(builder, "orders").WithComputeEnvironment(east).WithReference(stock);
            Service(builder, "reports").WithComputeEnvironment(west).WithReference(orders);
            stock.WithMeshInboundTimeout(t => t.Request = TimeSpan.FromSeconds(3));
        });
        var (inEast, inWest) = (RenderedChart.Of(output.Of("east")), RenderedChart.Of(output.Of("west")));

        Assert.Equal(["mesh-control-plane", "orders", "stock"], Accounts(inEast));
        Assert.Equal(["mesh-control-plane", "reports"], Accounts(inWest));
        Assert.NotNull(inEast.Node("Timeout", "stock-inbound", "mesh.dev"));
        Assert.DoesNotContain(inWest.Objects, o => o.File.Contains("timeout-", StringComparison.Ordinal));

        // A call from one cluster into another is not in either mesh: it keeps the address that Aspire gave it, and no sidecar pretends to listen for it.
        Assert.StartsWith("http://orders-service", inWest.Get<V1ConfigMap>("ConfigMap", "reports-config").Data["ORDERS_HTTP"], StringComparison.Ordinal);
        Assert.StartsWith("http://127.0.0.1:151", inEast.Get<V1ConfigMap>("ConfigMap", "orders-config").Data["STOCK_HTTP"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task ClusterOfACloud_HasTheMeshInItsChart()
    {
        using var output = await PublishedChart.CreateAsync(builder =>
        {
            builder.AddMesh();
            builder.AddResource(new CloudCluster("aks"));
            Service(builder, "storefront").WithReference(Service(builder, "orders"));
        });
        var chart = RenderedChart.Of(output);

        Assert.Equal("mesh-proxy", Assert.Single(chart.Get<V1Deployment>("Deployment", "orders-deployment").Spec.Template.Spec.InitContainers).Name);
        Assert.Equal(["mesh-control-plane", "orders", "storefront"], Accounts(chart));
        Assert.Empty(output.Warnings);
    }

    [Fact]
    public async Task ServiceAccountOfSomebodyElse_IsRefused()
    {
        var error = await Record.ExceptionAsync(() => PublishedChart.CreateAsync(builder =>
        {
            builder.AddMesh();
            builder.AddKubernetesEnvironment("k8s");
            var orders = Service(builder, "orders");
            builder.Eventing.Subscribe<BeforeStartEvent>((_, _) =>
            {
                orders.WithEnvironment(c => orders.PublishAsKubernetesService(k => k.Workload!.PodTemplate.Spec.ServiceAccountName = "robot"));
                return Task.CompletedTask;
            });
        }));

        Assert.Contains("MESH019: the pods of 'orders' were given the ServiceAccount 'robot'", error?.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task ReferenceOfASubscriberThatIsRegisteredAfterTheMesh_LeadsThroughTheSidecar()
    {
        using var output = await PublishedChart.CreateAsync(builder =>
        {
            builder.AddMesh();
            builder.AddKubernetesEnvironment("k8s");
            var (orders, storefront) = (Service(builder, "orders"), Service(builder, "storefront"));
            builder.Services.AddSingleton<IDistributedApplicationEventingSubscriber>(new Late(() => storefront.WithReference(orders)));
        });

        var variables = RenderedChart.Of(output).Get<V1ConfigMap>("ConfigMap", "storefront-config").Data;
        Assert.StartsWith("http://127.0.0.1:", variables["services__orders__http__0"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task PublishedAgain_WithAPolicyLess_TheChartHasItNoMore()
    {
        using var first = await PublishedChart.CreateAsync(builder => Compose(builder, policy: true));
        Assert.Contains("templates/mesh/timeout-orders.yaml", first.Files);

        using var second = await PublishedChart.CreateAsync(builder => Compose(builder, policy: false), first.Path);

        Assert.DoesNotContain("templates/mesh/timeout-orders.yaml", second.Files);
        Assert.NotEmpty(RenderedChart.Of(second).Objects);

        static void Compose(IDistributedApplicationBuilder builder, bool policy)
        {
            builder.AddMesh();
            builder.AddKubernetesEnvironment("k8s");
            var orders = Service(builder, "orders");
            if (policy)
            {
                orders.WithMeshTimeout(t => t.Request = TimeSpan.FromSeconds(3));
            }
        }
    }

    [Fact]
    public async Task PolicyInAFile_ThatNamesTheNamespace_MeansTheReleases()
    {
        using var folder = new TemporaryFolder();
        await File.WriteAllTextAsync(
            Path.Combine(folder.Path, "policies.yaml"),
            """
            apiVersion: mesh.dev/v1alpha1
            kind: Timeout
            metadata: { name: orders, namespace: default }
            spec:
              to:
              - targetRef: { kind: Service, name: orders, namespace: default }
                default: { request: 3s }
            """,
            TestContext.Current.CancellationToken);
        using var output = await PublishedChart.CreateAsync(builder =>
        {
            builder.AddMesh("mesh", o => o.PoliciesDirectory = folder.Path);
            builder.AddKubernetesEnvironment("k8s");
            Service(builder, "orders");
        });

        var policy = RenderedChart.Of(output, "prod").Node("Timeout", "orders", "mesh.dev");
        var target = (ObjectNode)((ObjectNode)((ListNode)((ObjectNode)policy["spec"]!)["to"]!).Items[0])["targetRef"]!;
        Assert.Equal("prod", Text((ObjectNode)policy["metadata"]!, "namespace"));
        Assert.Equal(("orders", "prod"), (Text(target, "name"), Text(target, "namespace")));
    }

    [Fact]
    public async Task PolicyFile_ThatIsNotInForceInARun_IsNotPublished()
    {
        using var folder = new TemporaryFolder();
        folder.File("LIVE.YAML", Timeout("live"));
        folder.File(".canary.yaml", Timeout("canary"));
        folder.File(".drafts/draft.yaml", Timeout("draft"));
        using var output = await PublishedChart.CreateAsync(builder =>
        {
            builder.AddMesh("mesh", o => o.PoliciesDirectory = folder.Path);
            builder.AddKubernetesEnvironment("k8s");
            Service(builder, "orders");
        });

        Assert.Equal(["templates/mesh/timeout-live.yaml"], output.Files.Where(f => f.Contains("timeout-", StringComparison.Ordinal)));

        static string Timeout(string name) => $$"""
            apiVersion: mesh.dev/v1alpha1
            kind: Timeout
            metadata: { name: {{name}} }
            spec: { to: [{ targetRef: { kind: Service, name: orders }, default: { request: 3s } }] }
            """;
    }

    [Fact]
    public async Task DirectoryOfPolicies_ThatIsNotThere_IsSaidAndTheRestIsPublished()
    {
        using var output = await PublishedChart.CreateAsync(builder =>
        {
            builder.AddMesh("mesh", o => o.PoliciesDirectory = "nowhere");
            builder.AddKubernetesEnvironment("k8s");
            Service(builder, "orders");
        });

        Assert.Equal("The directory of policies 'nowhere' is not there, so no policy of a file is in what is published.", Assert.Single(output.Warnings));
        Assert.Contains("templates/mesh/identity-orders.yaml", output.Files);
    }

    [Fact]
    public async Task PoliciesWithoutAMesh_AreRefusedAsInARun()
    {
        var error = await Assert.ThrowsAnyAsync<DistributedApplicationException>(() => PublishedChart.CreateAsync(builder =>
        {
            builder.AddKubernetesEnvironment("k8s");
            Service(builder, "orders").WithMeshTimeout(t => t.Request = TimeSpan.FromSeconds(3));
        }));

        Assert.Matches(@"^MESH012: [^$]*EnvironmentTests\.cs:\d+: WithMeshTimeout$", error.Message);
    }

    [Fact]
    public async Task CallerOutsideTheMesh_ThatIsAllowedOnALaptop_IsToldThatAnInternalEndpointHasNoFrontDoor()
    {
        using var output = await PublishedChart.CreateAsync(builder =>
        {
            builder.AddMesh();
            builder.AddKubernetesEnvironment("k8s");
            var (orders, shop) = (Service(builder, "orders"), Service(builder, "shop").WithExternalHttpEndpoints());
            Service(builder, "legacy").WithReference(orders).WithReference(shop).WithoutMesh(mayCall: true);
        });

        Assert.Contains("PLAIN legacy → orders/http", Assert.Single(output.Warnings), StringComparison.Ordinal);
    }

    [Fact]
    public async Task NoEnvironment_IsSaid()
    {
        using var output = await PublishedChart.CreateAsync(builder =>
        {
            builder.AddMesh();
            Service(builder, "orders");
        });

        Assert.Contains(output.Warnings, w => w.StartsWith("The mesh 'mesh' is not part of what is published", StringComparison.Ordinal));
    }

    [Fact]
    public async Task IdentityInAnotherNamespace_IsRefused()
    {
        var error = await Assert.ThrowsAnyAsync<DistributedApplicationException>(() => PublishedChart.CreateAsync(builder =>
        {
            builder.AddMesh();
            builder.AddKubernetesEnvironment("k8s");
            Service(builder, "orders").WithMeshIdentity(ns: "money");
        }));

        Assert.StartsWith("MESH015: 'orders'", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AddressInAValueThatOnlyItsAuthorCanMake_IsRefused()
    {
        var error = await Record.ExceptionAsync(() => PublishedChart.CreateAsync(builder =>
        {
            builder.AddMesh();
            builder.AddKubernetesEnvironment("k8s");
            var orders = Service(builder, "orders").GetEndpoint("http");
            Service(builder, "storefront").WithEnvironment(c => c.EnvironmentVariables["ORDERS"] = new Opaque(orders));
        }));

        Assert.Contains("MESH016: 'storefront' is given an address of the mesh in ORDERS by a value of type Opaque", error?.ToString(), StringComparison.Ordinal);
    }

    private sealed class Opaque(EndpointReference endpoint) : IValueProvider, IManifestExpressionProvider, IValueWithReferences
    {
        public string ValueExpression => "{opaque}";

        public IEnumerable<object> References => [endpoint];

        public ValueTask<string?> GetValueAsync(CancellationToken cancellationToken = default) => new("opaque");
    }

    [Fact]
    public async Task ProbeThatCannotPassTheSidecar_IsRefused()
    {
        var error = await Record.ExceptionAsync(() => PublishedChart.CreateAsync(builder =>
        {
            builder.AddMesh();
            builder.AddKubernetesEnvironment("k8s");
            Service(builder, "orders").PublishAsKubernetesService(k => k.Workload!.PodTemplate.Spec.Containers[0].LivenessProbe = new ProbeV1 { Grpc = new GrpcActionV1 { Port = 8080 } });
        }));

        Assert.Contains("MESH018: 'orders'", error?.ToString(), StringComparison.Ordinal);
    }

    // Aspire writes each object to a file of its name, and a later one over an earlier.
    [Fact]
    public async Task Names_ThatAskForTrouble_LoseNoObject()
    {
        string[] names = ["orders", "orders-config", "orders-deployment", "service", "config", "control-plane", "mesh-control-plane", "all", "mesh-roots", "identity"];
        using var output = await PublishedChart.CreateAsync(builder =>
        {
            var mesh = builder.AddMesh();
            builder.AddKubernetesEnvironment("k8s").WithDashboard(false);
            foreach (var name in names)
            {
                Service(builder, name);
            }

            var all = builder.CreateResourceBuilder((ProjectResource)builder.Resources.Single(r => r.Name == "all"));
            all.WithMeshTimeout(t => t.Request = TimeSpan.FromSeconds(3));
            mesh.WithMeshTimeout(t => t.Request = TimeSpan.FromSeconds(5));
        });
        var chart = RenderedChart.Of(output);

        var keys = chart.Objects.Select(o => (Text(o.Node, "apiVersion"), Text(o.Node, "kind"), Text((ObjectNode)o.Node["metadata"]!, "namespace"), Text((ObjectNode)o.Node["metadata"]!, "name"))).ToList();
        Assert.Equal(keys.Count, keys.Distinct().Count());
        foreach (var name in names)
        {
            Assert.NotNull(chart.Get<V1Deployment>("Deployment", $"{name}-deployment"));
            Assert.NotNull(chart.Get<V1ConfigMap>("ConfigMap", $"{name}-config"));
            Assert.NotNull(chart.Node("Service", name, "mesh.dev"));
            Assert.Contains(name, Accounts(chart));
        }

        Assert.Equal(["all", "all-mesh"], keys.Where(k => k.Item2 == "Timeout").Select(k => k.Item4).Order(StringComparer.Ordinal));
    }

    private sealed class Late(Action say) : IDistributedApplicationEventingSubscriber
    {
        public Task SubscribeAsync(IDistributedApplicationEventing eventing, DistributedApplicationExecutionContext executionContext, CancellationToken cancellationToken)
        {
            eventing.Subscribe<BeforeStartEvent>((_, _) =>
            {
                say();
                return Task.CompletedTask;
            });
            return Task.CompletedTask;
        }
    }

    private static IResourceBuilder<ProjectResource> Service(IDistributedApplicationBuilder builder, string name) =>
        builder.AddProject(name, "none.csproj", p => p.ExcludeLaunchProfile = true).WithHttpEndpoint();

    private static IEnumerable<string> Accounts(RenderedChart chart) =>
        chart.Objects.Select(o => StrictReader.Read(o.Node)).OfType<V1ServiceAccount>().Select(a => a.Metadata.Name).Order(StringComparer.Ordinal);

    private static string Text(ObjectNode node, string member) => (node[member] as ScalarNode)?.Text ?? "";
}
