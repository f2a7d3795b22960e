using System.Net;
using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Testing;
using Mesh.Testing;

namespace Mesh.Hosting.Tests.Running;

/// <summary>Three services and one line more in the AppHost.</summary>
[Collection(StartsApps.Name)]
public sealed class ChainTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task AddMesh_ThreeServices_DeclaredCallsPassAndOthersAreRefused()
    {
        await using var app = await MeshedApp.StartAsync(builder =>
        {
            builder.AddMesh();
            var payments = MeshedApp.AddTestApp(builder, "payments");
            var orders = MeshedApp.AddTestProject(builder, "orders").WithReplicas(2).WithReference(payments.GetEndpoint("http"));
            MeshedApp.AddTestApp(builder, "storefront").WithReference(orders.GetEndpoint("http"));
        });
        await app.HealthyAsync("payments", "orders", "storefront");

        var environment = await app.EnvironmentOfAsync("storefront");
        var orders = environment["services__orders__http__0"];
        Assert.Equal(orders, environment["ORDERS_HTTP"]);
        Assert.NotEqual(app.App.GetEndpoint("orders", "http").Port, new Uri(orders).Port);

        // A service is healthy as soon as one of its replicas is; the other one may still be starting.
        var replicas = new SortedSet<string>();
        await Eventually.GetAsync(
            async () =>
            {
                var answer = await app.CallAsync("storefront", $"{orders}/who");
                Assert.Equal(200, answer.Status);
                replicas.Add(answer.Headers["x-replica"]);
                return replicas;
            },
            seen => seen.Count == 2,
            Limit,
            seen => string.Join(", ", seen));
        Assert.Equal(["orders-0", "orders-1"], replicas);

        var payments = (await app.EnvironmentOfAsync("orders"))["PAYMENTS_HTTP"];
        Assert.Equal(200, (await app.CallAsync("orders", $"{payments}/who")).Status);

        // storefront never said that it calls payments: whichever door it knocks at.
        var frontDoor = app.App.GetEndpoint("payments", "http");
        var refused = await app.CallAsync("storefront", $"{frontDoor}who");
        Assert.Equal(403, refused.Status);
        Assert.Contains("mesh-error", refused.Headers.Keys);
        var listener = await app.CallAsync("storefront", $"{payments}/who");
        Assert.NotEqual(200, listener.Status);

        using var developer = app.Client("payments");
        Assert.Equal(HttpStatusCode.OK, (await developer.GetAsync("/who", Cancellation)).StatusCode);
    }
}
