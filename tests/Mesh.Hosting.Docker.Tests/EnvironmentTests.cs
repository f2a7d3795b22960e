using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Mesh.Hosting.Docker.Tests.Compose;
using Mesh.Hosting.Kubernetes.Tests.Charts;
using Mesh.Testing;

namespace Mesh.Hosting.Docker.Tests;

/// <summary>Several environments in one AppHost, those that the mesh does not serve, and what it cannot be put into.</summary>
[Collection(nameof(PublishedChart))]
public sealed class EnvironmentTests
{
    [Fact]
    public async Task ClusterAndCompose_EachHaveAMeshOfTheirOwn()
    {
        using var output = await PublishedChart.CreateAsync(builder =>
        {
            builder.AddMesh();
            var (cluster, compose) = (builder.AddKubernetesEnvironment("k8s").WithDashboard(false), builder.AddDockerComposeEnvironment("compose").WithDashboard(false));
            var orders = Service(builder, "orders").WithComputeEnvironment(cluster);
            var stock = Service(builder, "stock").WithComputeEnvironment(compose);
            Service(builder, "storefront").WithComputeEnvironment(cluster).WithReference(orders);
            Service(builder, "reports").WithComputeEnvironment(compose).WithReference(stock);
            stock.WithMeshInboundTimeout(t => t.Request = TimeSpan.FromSeconds(3));
        });
        var inCompose = ComposeProject.Of(output.Of("compose"));

        Assert.Equal(["mesh-control-plane", "reports", "reports-mesh", "stock", "stock-mesh"], inCompose.Project.Services.Keys.Order(StringComparer.Ordinal));
        Assert.Equal("http://127.0.0.1:15101", inCompose["reports"].Environment["STOCK_HTTP"]);
        Assert.Equal(["timeout.default.stock-inbound.yaml"], output.Of("compose").Files.Where(f => f.Contains("/apphost/", StringComparison.Ordinal)).Select(Path.GetFileName));
        Assert.Contains("templates/mesh/identity-orders.yaml", output.Of("k8s").Files);
        Assert.DoesNotContain(output.Of("k8s").Files, f => f.Contains("stock", StringComparison.Ordinal));
        Assert.Empty(output.Warnings);
    }

    [Fact]
    public async Task EnvironmentThatTheMeshDoesNotServe_IsPublishedAsWithoutIt_AndSaidToBe()
    {
        using var with = await PublishedChart.CreateAsync(builder => Compose(builder, mesh: true));
        using var without = await PublishedChart.CreateAsync(builder => Compose(builder, mesh: false));

        Assert.Equal(without.Text("apps", "storefront.txt"), with.Text("apps", "storefront.txt"));
        Assert.Contains("ORDERS_HTTP={orders.bindings.http.url}", with.Text("apps", "storefront.txt"), StringComparison.Ordinal);
        Assert.StartsWith("MESH014: orders, storefront will run in 'apps' (CloudApps) without the mesh", Assert.Single(with.Warnings), StringComparison.Ordinal);

        // Those beside them have it.
        Assert.NotNull(ComposeProject.Of(with.Of("compose"))["stock-mesh"]);

        static void Compose(IDistributedApplicationBuilder builder, bool mesh)
        {
            var apps = builder.AddResource(new CloudApps("apps"));
            var compose = builder.AddDockerComposeEnvironment("compose").WithDashboard(false);
            var orders = Service(builder, "orders").WithComputeEnvironment(apps);
            Service(builder, "storefront").WithComputeEnvironment(apps).WithReference(orders);
            Service(builder, "stock").WithComputeEnvironment(compose);
            if (mesh)
            {
                builder.AddMesh();
            }
        }
    }

    [Fact]
    public async Task WhatAnAppHostSaysOfItsServices_StaysWhereItBelongs()
    {
        using var output = await PublishedChart.CreateAsync(builder =>
        {
            builder.AddMesh();
            builder.AddDockerComposeEnvironment("compose").WithDashboard(false);
            Service(builder, "orders").WithExternalHttpEndpoints().PublishAsDockerComposeService((_, service) =>
            {
                service.Labels["team"] = "orders";
                service.Restart = "always";
                service.ExtraHosts["printer"] = "10.0.0.9";
                service.Ports.Add("9000:9000");
            });
        });
        var compose = ComposeProject.Of(output);

        Assert.Equal(("orders", "always"), (compose["orders"].Labels["team"], compose["orders"].Restart));
        Assert.Equal("10.0.0.9", compose["orders-mesh"].ExtraHosts["printer"]);
        Assert.Equal(["8080", "9000:9000"], compose["orders-mesh"].Ports);
    }

    [Theory]
    [InlineData("network_mode: host")]
    [InlineData("deploy.replicas: 3")]
    public async Task ServiceThatCannotShareANetwork_IsRefused(string what)
    {
        var error = await Record.ExceptionAsync(() => PublishedChart.CreateAsync(builder =>
        {
            builder.AddMesh();
            builder.AddDockerComposeEnvironment("compose");
            Service(builder, "orders").PublishAsDockerComposeService((_, service) =>
            {
                service.NetworkMode = what.StartsWith("network_mode", StringComparison.Ordinal) ? "host" : null;
                service.Deploy = service.NetworkMode is null ? new() { Replicas = 3 } : null;
            });
        }));

        Assert.Contains($"MESH020: the Compose service 'orders' has {what}", error?.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task NameOfASidecar_ThatIsTaken_IsRefused()
    {
        var error = await Record.ExceptionAsync(() => PublishedChart.CreateAsync(builder =>
        {
            builder.AddMesh();
            builder.AddDockerComposeEnvironment("compose");
            Service(builder, "orders");
            Service(builder, "orders-mesh");
        }));

        Assert.Contains("MESH002", error?.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task PublishedAgain_WithAPolicyLess_TheFolderHasItNoMore()
    {
        using var first = await PublishedChart.CreateAsync(builder => Compose(builder, policy: true));
        Assert.Contains("mesh/apphost/timeout.default.orders.yaml", first.Files);

        using var second = await PublishedChart.CreateAsync(builder => Compose(builder, policy: false), first.Path);

        Assert.DoesNotContain("mesh/apphost/timeout.default.orders.yaml", second.Files);
        Assert.NotNull(ComposeProject.Of(second)["orders-mesh"]);

        static void Compose(IDistributedApplicationBuilder builder, bool policy)
        {
            builder.AddMesh();
            builder.AddDockerComposeEnvironment("compose");
            var orders = Service(builder, "orders");
            if (policy)
            {
                orders.WithMeshTimeout(t => t.Request = TimeSpan.FromSeconds(3));
            }
        }
    }

    [Fact]
    public async Task PolicyOfTheWholeMesh_AndOfAServiceNamedAll_ArePublishedBoth()
    {
        using var output = await PublishedChart.CreateAsync(builder =>
        {
            var mesh = builder.AddMesh();
            builder.AddDockerComposeEnvironment("compose");
            Service(builder, "all").WithMeshTimeout(t => t.Request = TimeSpan.FromSeconds(3));
            mesh.WithMeshTimeout(t => t.Request = TimeSpan.FromSeconds(5));
        });

        Assert.Equal(["default/all", "mesh-system/all"], ComposeProject.Of(output).Documents().Where(d => d.Kind == "Timeout").Select(d => $"{d.Metadata.Namespace}/{d.Metadata.Name}").Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task PolicyFile_ThatIsNotInForceInARun_IsNotPublished()
    {
        using var folder = new TemporaryFolder();
        folder.File("LIVE.YAML", "");
        folder.File(".canary.yaml", "");
        folder.File(".drafts/draft.yaml", "");
        using var output = await PublishedChart.CreateAsync(builder => Compose(builder, folder.Path));
        using var without = await PublishedChart.CreateAsync(builder => Compose(builder, Path.Combine(folder.Path, "nowhere")));

        Assert.Equal(["mesh/policies/LIVE.YAML"], output.Files.Where(f => f.StartsWith("mesh/policies/", StringComparison.Ordinal)));
        Assert.Contains("nowhere", Assert.Single(without.Warnings), StringComparison.Ordinal);

        static void Compose(IDistributedApplicationBuilder builder, string policies)
        {
            builder.AddMesh("mesh", o => o.PoliciesDirectory = policies);
            builder.AddDockerComposeEnvironment("compose");
            Service(builder, "orders");
        }
    }

    private static IResourceBuilder<ProjectResource> Service(IDistributedApplicationBuilder builder, string name) =>
        builder.AddProject(name, "none.csproj", p => p.ExcludeLaunchProfile = true).WithHttpEndpoint();
}
