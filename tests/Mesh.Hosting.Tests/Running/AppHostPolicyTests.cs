using System.Globalization;
using System.Runtime.CompilerServices;
using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;

namespace Mesh.Hosting.Tests.Running;

/// <summary>Policies that the AppHost says are what sidecars do, and their answers name the line.</summary>
[Collection(StartsApps.Name)]
public sealed class AppHostPolicyTests
{
    [Fact]
    public async Task Policies_OfTheAppHost_HoldAndNameTheirLines()
    {
        var (denied, timeout) = (0, 0);
        await using var app = await MeshedApp.StartAsync(builder =>
        {
            var mesh = builder.AddMesh();
            var payments = MeshedApp.AddTestApp(builder, "payments");
            var orders = MeshedApp.AddTestApp(builder, "orders");
            var storefront = MeshedApp.AddTestApp(builder, "storefront").WithReference(orders.GetEndpoint("http"));

            denied = Line() + 1;
            mesh.Deny(storefront, orders, r => r.PathPrefixes = ["/status"]);
            mesh.Allow(storefront, payments, r => r.Methods = ["GET"]);
            orders.WithMeshRoute(route =>
            {
                route.Rule("moved").When(m => m.Path("/moved")).Redirect(path: "/who", statusCode: 308);
                route.Rule("paid").When(m => m.PathPrefix("/pay")).RewritePathPrefix("/").To(payments);
                route.Rule("rest").SetResponseHeader("x-by", "orders");
            });
            timeout = Line() + 1;
            storefront.WithMeshTimeout(orders, t => t.Request = TimeSpan.FromSeconds(5));
        });
        await app.HealthyAsync("payments", "orders", "storefront");
        var orders = (await app.EnvironmentOfAsync("storefront"))["ORDERS_HTTP"];

        var plain = await app.CallAsync("storefront", $"{orders}/who");
        Assert.True(plain.Status == 200, $"{plain.Status}: {plain.Body}");
        Assert.Equal("orders", plain.Headers["x-by"]);

        var paid = await app.CallAsync("storefront", $"{orders}/pay/who");
        Assert.Equal(200, paid.Status);
        Assert.Contains("payments", paid.Headers["x-replica"], StringComparison.Ordinal);
        Assert.Equal(403, (await app.CallAsync("storefront", $"{orders}/pay/count/a", "POST")).Status);

        var moved = await app.CallAsync("storefront", $"{orders}/moved");
        Assert.True(moved.Status is 308 or 200, $"{moved.Status}: {moved.Body}"); // the caller's client may follow it

        var refused = await app.CallAsync("storefront", $"{orders}/status/200");
        Assert.Equal(403, refused.Status);
        Assert.Contains("policy=TrafficPermission default/orders", refused.Headers["mesh-error"], StringComparison.Ordinal);
        Assert.Contains(At(denied), $"{refused.Headers["mesh-error"]} {refused.Body}", StringComparison.Ordinal);

        var late = await app.CallAsync("storefront", $"{orders}/slow/60000");
        Assert.Equal(504, late.Status);
        Assert.Contains("policy=Timeout default/storefront-to-orders", late.Headers["mesh-error"], StringComparison.Ordinal);
        Assert.Contains(At(timeout), $"{late.Headers["mesh-error"]} {late.Body}", StringComparison.Ordinal);
    }

    private static string At(int line) => string.Create(CultureInfo.InvariantCulture, $"Running/AppHostPolicyTests.cs:{line}");

    private static int Line([CallerLineNumber] int line = 0) => line;
}
