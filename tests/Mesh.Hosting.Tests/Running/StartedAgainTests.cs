using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Mesh.Testing;

namespace Mesh.Hosting.Tests.Running;

/// <summary>An AppHost that is started again, with what its mesh kept.</summary>
[Collection(StartsApps.Name)]
public sealed class StartedAgainTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task AppHost_StartedAgain_KeepsAddressesAndIdentities_AndSurvivesALostAuthority()
    {
        using var state = new TemporaryFolder();

        var first = await OrdersAddressAsync(state.Path);
        var second = await OrdersAddressAsync(state.Path);
        Directory.Delete(Path.Combine(state.Path, "control-plane"), recursive: true);
        var third = await OrdersAddressAsync(state.Path);

        Assert.Equal(first, second);
        Assert.Equal(first, third);
    }

    private static async Task<string> OrdersAddressAsync(string state)
    {
        await using var app = await MeshedApp.StartAsync(builder =>
        {
            builder.AddMesh(configure: options => options.StateDirectory = state);
            var orders = MeshedApp.AddTestApp(builder, "orders");
            MeshedApp.AddTestApp(builder, "storefront").WithReference(orders.GetEndpoint("http"));
        });
        await app.HealthyAsync("orders", "storefront");

        // With another authority all sidecars are started anew, one after the other comes back.
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        limit.CancelAfter(Limit);
        while (true)
        {
            try
            {
                var orders = (await app.EnvironmentOfAsync("storefront"))["ORDERS_HTTP"];
                var answer = await app.CallAsync("storefront", $"{orders}/who");
                if (answer.Status == 200)
                {
                    return orders;
                }

                Assert.False(limit.IsCancellationRequested, $"{answer}\n{app.Output}");
            }
            catch (HttpRequestException e)
            {
                Assert.False(limit.IsCancellationRequested, $"{e.Message}\n{app.Output}");
            }
        }
    }
}
