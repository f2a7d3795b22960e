using System.Collections.Concurrent;
using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Eventing;
using Aspire.Hosting.Lifecycle;
using Aspire.Hosting.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace Mesh.Hosting.Tests.Running;

/// <summary>What an AppHost says only when it is asked, and who looks at addresses before the mesh does.</summary>
[Collection(StartsApps.Name)]
public sealed class LateTests
{
    [Fact]
    public async Task CallbackThatTakesAnAddressItself_CallsThroughItsOwnSidecar()
    {
        await using var app = await MeshedApp.StartAsync(builder =>
        {
            builder.AddMesh();
            var orders = MeshedApp.AddTestApp(builder, "orders");
            MeshedApp.AddTestApp(builder, "storefront").WithEnvironment(c => c.EnvironmentVariables["ORDERS_AT"] = orders.GetEndpoint("http").Url);
        });
        await app.HealthyAsync("orders", "storefront");

        var orders = (await app.EnvironmentOfAsync("storefront"))["ORDERS_AT"];
        Assert.NotEqual(app.App.GetEndpoint("orders", "http").Port, new Uri(orders).Port);
        var answer = await app.CallAsync("storefront", $"{orders}/who");
        Assert.True(answer.Status == 200, $"{answer}\n{app.Output}");
    }

    [Fact]
    public async Task HandlersOfTheAppHost_SubscribedBeforeAndAfterTheMesh_SayEdgesAndSeeFrontDoors()
    {
        var seen = new ConcurrentDictionary<string, int>();
        await using var app = await MeshedApp.StartAsync(builder =>
        {
            // Before AddMesh, as a handler of the builder's constructor would be: the one for dev containers is.
            var payments = MeshedApp.AddTestApp(builder, "payments").OnResourceEndpointsAllocated((resource, _, _) => See(resource));
            builder.AddMesh();
            var orders = MeshedApp.AddTestProject(builder, "orders").WithReplicas(2).OnResourceEndpointsAllocated((resource, _, _) => See(resource));
            var storefront = MeshedApp.AddTestApp(builder, "storefront");
            builder.Services.AddSingleton<IDistributedApplicationEventingSubscriber>(new Late(() => storefront.WithReference(orders.GetEndpoint("http")).WithReference(payments.GetEndpoint("http"))));
        });
        await app.HealthyAsync("payments", "orders", "storefront");

        Assert.Equal((app.App.GetEndpoint("payments", "http").Port, app.App.GetEndpoint("orders", "http").Port), (seen["payments"], seen["orders"]));
        var environment = await app.EnvironmentOfAsync("storefront");
        foreach (var (callee, variable) in new[] { ("orders", "ORDERS_HTTP"), ("payments", "PAYMENTS_HTTP") })
        {
            Assert.NotEqual(app.App.GetEndpoint(callee, "http").Port, new Uri(environment[variable]).Port);
            var answer = await app.CallAsync("storefront", $"{environment[variable]}/who");
            Assert.True(answer.Status == 200, $"{answer}\n{app.Output}");
        }

        Task See(IResourceWithEndpoints resource)
        {
            seen[resource.Name] = resource.GetEndpoint("http").Port;
            return Task.CompletedTask;
        }
    }

    // An extension that is registered after the mesh, and says what it says when the app starts.
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
}
