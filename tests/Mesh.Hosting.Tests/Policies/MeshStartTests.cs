using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Testing;
using Mesh.Hosting.Applying;
using Mesh.Hosting.Tests.Running;
using Mesh.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Mesh.Hosting.Tests.Policies;

/// <summary>What happens to policies when an AppHost starts; up to the point where processes would.</summary>
public sealed class MeshStartTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task BeforeStart_Policies_AreFilesOfTheSourceAppHost()
    {
        using var folder = new TemporaryFolder();
        folder.File("state/policies/retry.default.earlier-run.json", "{}");

        await StartAsync(builder =>
        {
            var mesh = Mesh(builder, folder);
            var orders = builder.AddExecutable("orders", "orders", ".").WithHttpEndpoint();
            var storefront = builder.AddExecutable("storefront", "storefront", ".").WithReference(orders.GetEndpoint("http"));
            storefront.WithMeshTimeout(orders, t => t.Request = TimeSpan.FromSeconds(2));
            mesh.Deny(storefront, orders, r => r.Methods = ["DELETE"]);
        });

        Assert.Equal(
            ["timeout.default.storefront-to-orders.json", "trafficpermission.default.orders.json"],
            Directory.EnumerateFiles(Path.Combine(folder.Path, "state", "policies")).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        Assert.Contains("\"name\": \"AppHost\"", await File.ReadAllTextAsync(Path.Combine(folder.Path, "state", "control-plane.json"), Cancellation), StringComparison.Ordinal);
    }

    [Fact]
    public async Task BeforeStart_OneNameInTwoNamespaces_DeclaresBothToTheControlPlane()
    {
        using var folder = new TemporaryFolder();

        await StartAsync(builder =>
        {
            Mesh(builder, folder);
            builder.AddExecutable("orders", "orders", ".").WithHttpEndpoint();
            builder.AddExecutable("sales-orders", "orders", ".").WithHttpEndpoint().WithMeshIdentity("orders", "sales");
        });

        Assert.Equal(
            ["service.default.orders.json", "service.sales.orders.json"],
            Directory.EnumerateFiles(Path.Combine(folder.Path, "state", "topology")).Select(Path.GetFileName).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task BeforeStart_Mistakes_AreOneErrorBeforeAnythingIsAdded()
    {
        using var folder = new TemporaryFolder();
        IDistributedApplicationBuilder? composed = null;

        var error = await Assert.ThrowsAsync<DistributedApplicationException>(() => StartAsync(builder =>
        {
            composed = builder;
            Mesh(builder, folder);
            var orders = builder.AddExecutable("orders", "orders", ".").WithHttpEndpoint().WithMeshProtocol("grpc", MeshProtocol.Grpc);
            var idle = builder.AddExecutable("idle", "idle", ".");
            var outside = builder.AddExecutable("outside", "outside", ".").WithHttpEndpoint().WithoutMesh();
            orders.WithMeshTimeout(outside, t => t.Request = TimeSpan.FromSeconds(-1));
            orders.WithMeshRetry(idle, r => r.Http.NumRetries = 1);
            orders.WithMeshTimeout(t => t.Request = TimeSpan.FromSeconds(-1));
        }));

        Assert.Collection(
            error.Message.Split(Environment.NewLine),
            line => Assert.Equal("MESH010: what the AppHost says about the mesh is wrong:", line),
            line => Assert.StartsWith("  MESH007: 'orders' has no endpoint 'grpc'; it has http.", line, StringComparison.Ordinal),
            line => Assert.Matches(@"^  Policies/MeshStartTests\.cs:\d+: MESH011: WithMeshTimeout is about 'outside'", line),
            line => Assert.Matches(@"^  Policies/MeshStartTests\.cs:\d+: MESH006: WithMeshRetry is about 'idle'", line),
            line => Assert.Matches(@"^  Policies/MeshStartTests\.cs:\d+: spec\.to\[0\]\.default\.request: must be greater than zero", line));
        Assert.Equal(["mesh", "orders", "idle", "outside"], composed!.Resources.Select(r => r.Name));
    }

    [Fact]
    public async Task BeforeStart_PolicyThatDoesNothing_IsWarnedOfWithItsPlace()
    {
        using var folder = new TemporaryFolder();
        using var output = new TestOutput();

        await StartAsync(builder =>
        {
            Mesh(builder, folder);
            builder.Services.AddLogging(logging => logging.ClearProviders().AddProvider(output));
            var orders = builder.AddExecutable("orders", "orders", ".").WithHttpEndpoint();
            builder.AddExecutable("postgres", "postgres", ".").WithEndpoint(name: "tcp", scheme: "tcp").WithMeshRoute(r => r.Rule().To(orders));
        });

        Assert.Matches(@"A policy will not do what it looks like: Policies/MeshStartTests\.cs:\d+: MESH111: HttpRoute default/postgres: spec\.to\[0\]", output.ToString());
    }

    [Fact]
    public async Task BeforeStart_PoliciesWithoutAMesh_AreRefusedWithTheirPlaces()
    {
        var error = await Assert.ThrowsAsync<DistributedApplicationException>(() => StartAsync(
            builder => builder.AddExecutable("orders", "orders", ".").WithHttpEndpoint().WithMeshTimeout(t => t.Request = TimeSpan.FromSeconds(1))));

        Assert.StartsWith("MESH012: ", error.Message, StringComparison.Ordinal);
        Assert.Matches(@"Policies/MeshStartTests\.cs:\d+: WithMeshTimeout$", error.Message);
    }

    [Fact]
    public async Task BeforeStart_ResourceCallsWithoutAMesh_MeanNothing()
    {
        var without = await StartedAsync(_ => { });
        var with = await StartedAsync(orders => orders.WithMeshIdentity("o", "shop").WithMeshProtocol("http", MeshProtocol.Grpc).WithMeshBrowserVariable("API").WithoutMesh());

        Assert.Equal(without, with);
        Assert.Contains("orders http http:http 5401>0 True", with);
        Assert.Contains("storefront services__orders__http__0: EndpointReference", with);

        static async Task<string[]> StartedAsync(Action<IResourceBuilder<ExecutableResource>> say)
        {
            var seen = new List<string>();
            await StartAsync(
                builder =>
                {
                    var orders = builder.AddExecutable("orders", "orders", ".").WithHttpEndpoint(port: 5401, env: "PORT");
                    builder.AddExecutable("storefront", "storefront", ".").WithReference(orders.GetEndpoint("http"));
                    say(orders);
                },
                async (model, execution) =>
                {
                    foreach (var resource in model.Resources)
                    {
                        seen.AddRange(resource.Annotations.OfType<EndpointAnnotation>().Select(e => $"{resource.Name} {e.Name} {e.UriScheme}:{e.Transport} {e.Port ?? 0}>{e.TargetPort ?? 0} {e.IsProxied}"));
                        var variables = new Dictionary<string, object>();
                        foreach (var annotation in resource.Annotations.OfType<EnvironmentCallbackAnnotation>())
                        {
                            await annotation.Callback(new EnvironmentCallbackContext(execution, resource, variables, Cancellation));
                        }

                        seen.AddRange(variables.Select(v => $"{resource.Name} {v.Key}: {v.Value.GetType().Name}"));
                    }
                });
            return [.. seen];
        }
    }

    private static IResourceBuilder<MeshResource> Mesh(IDistributedApplicationBuilder builder, TemporaryFolder folder) => builder.AddMesh(configure: o =>
    {
        o.StateDirectory = Path.Combine(folder.Path, "state");
        (o.ProxyPath, o.ControlPlanePath) = (folder.File("mesh-proxy", ""), folder.File("mesh-control-plane", ""));
    });

    private static async Task StartAsync(
        Action<IDistributedApplicationBuilder> compose, Func<DistributedApplicationModel, DistributedApplicationExecutionContext, Task>? look = null)
    {
        var builder = DistributedApplicationTestingBuilder.Create([], (options, _) => options.DisableDashboard = true);
        compose(builder);
        await using var app = builder.Build();
        var start = app.Services.GetService<MeshStart>(); // what the app's own start would call, and then the orchestrator, which need not be on the machine
        var execution = app.Services.GetRequiredService<DistributedApplicationExecutionContext>();
        await (start?.PrepareAsync(app.Services.GetRequiredService<DistributedApplicationModel>(), execution, Cancellation).WaitAsync(TimeSpan.FromSeconds(60), Cancellation) ?? Task.CompletedTask);
        await (look?.Invoke(app.Services.GetRequiredService<DistributedApplicationModel>(), execution) ?? Task.CompletedTask);
    }
}
