using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace Mesh.Hosting.Tests.Running;

/// <summary>Apps beside each other, apps that wait, and apps that start when they are told to.</summary>
[Collection(StartsApps.Name)]
public sealed class LifecycleTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task TwoAppHosts_AtOnce_AreTwoMeshes()
    {
        await using var first = await MeshedApp.StartAsync(Compose);
        await using var second = await MeshedApp.StartAsync(Compose);
        await Task.WhenAll(first.HealthyAsync("orders", "storefront"), second.HealthyAsync("orders", "storefront"));

        foreach (var app in new[] { first, second })
        {
            var orders = (await app.EnvironmentOfAsync("storefront"))["ORDERS_HTTP"];
            Assert.Equal(200, (await app.CallAsync("storefront", $"{orders}/who")).Status);
        }

        Assert.NotEqual(first.App.GetEndpoint("orders", "http"), second.App.GetEndpoint("orders", "http"));
    }

    [Fact]
    public async Task ExplicitStartAndWaitFor_WorkAsWithoutAMesh()
    {
        await using var app = await MeshedApp.StartAsync(builder =>
        {
            builder.AddMesh();
            var orders = MeshedApp.AddTestApp(builder, "orders").WithExplicitStart();
            var payments = MeshedApp.AddTestApp(builder, "payments");
            MeshedApp.AddTestApp(builder, "storefront").WithReference(orders.GetEndpoint("http")).WithReference(payments.GetEndpoint("http")).WaitFor(payments);
        });
        await app.HealthyAsync("payments", "storefront");
        Assert.True(app.App.ResourceNotifications.TryGetCurrentState("orders", out var state) && state.Snapshot.State?.Text == KnownResourceStates.NotStarted, state?.Snapshot.State?.Text);

        var started = await app.App.Services.GetRequiredService<ResourceCommandService>().ExecuteCommandAsync("orders", KnownResourceCommands.StartCommand, Cancellation);
        Assert.True(started.Success, started.Message);
        await app.HealthyAsync("orders");

        var orders = (await app.EnvironmentOfAsync("storefront"))["ORDERS_HTTP"];
        Assert.Equal(200, (await app.CallAsync("storefront", $"{orders}/who")).Status);
    }

    private static void Compose(IDistributedApplicationBuilder builder)
    {
        builder.AddMesh();
        var orders = MeshedApp.AddTestApp(builder, "orders");
        MeshedApp.AddTestApp(builder, "storefront").WithReference(orders.GetEndpoint("http"));
    }
}
