using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Testing;

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
}
