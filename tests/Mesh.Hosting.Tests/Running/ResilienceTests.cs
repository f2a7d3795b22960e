using System.Net.Http.Json;
using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;

namespace Mesh.Hosting.Tests.Running;

/// <summary>The resilience handler that Aspire's ServiceDefaults put into every client, and the mesh's own retries.</summary>
[Collection(StartsApps.Name)]
public sealed class ResilienceTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("GET")]
    [InlineData("POST")]
    public async Task FailingCallee_BehindTheStandardHandler_IsAskedAsOftenAsWithoutAMesh(string method)
    {
        var withMesh = await AttemptsAsync(method, mesh: true);
        var without = await AttemptsAsync(method, mesh: false);

        Assert.Equal(without, withMesh);
        Assert.InRange(withMesh, 2, 5); // the handler does try again; were it multiplied, it would be eight or more
    }

    private static async Task<int> AttemptsAsync(string method, bool mesh)
    {
        await using var app = await MeshedApp.StartAsync(builder =>
        {
            if (mesh)
            {
                builder.AddMesh();
            }

            var orders = MeshedApp.AddTestApp(builder, "orders");
            MeshedApp.AddTestApp(builder, "storefront").WithReference(orders.GetEndpoint("http"));
        });
        await app.HealthyAsync("orders", "storefront");

        // Attempts that do not come to orders are not counted there.
        Assert.Equal(200, (await app.CallAsync("storefront", $"{(await app.EnvironmentOfAsync("storefront"))["ORDERS_HTTP"]}/who")).Status);
        using var storefront = app.Client("storefront");
        storefront.Timeout = TimeSpan.FromSeconds(60);
        // By the name that service discovery knows.
        using var answer = await storefront.PostAsJsonAsync("/call-with-resilience", new { url = "http://orders/fail-and-count/attempts", method }, Cancellation);
        using var orders = app.Client("orders");
        return await orders.GetFromJsonAsync<int>("/count/attempts", Cancellation);
    }
}
