using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Mesh.Testing;

namespace Mesh.Hosting.Tests.Running;

/// <summary>An AppHost that is started again, with what its mesh kept.</summary>
[Collection(StartsApps.Name)]
public sealed class StartedAgainTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);

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
        var (address, _) = await Eventually.GetAsync(() => AddressAsync(app), seen => seen.Address is not null, Limit, seen => $"{seen.Why}\n{app.Output}");
        return address!;
    }

    private static async Task<(string? Address, string Why)> AddressAsync(MeshedApp app)
    {
        try
        {
            var orders = (await app.EnvironmentOfAsync("storefront"))["ORDERS_HTTP"];
            var answer = await app.CallAsync("storefront", $"{orders}/who");
            return answer.Status == 200 ? (orders, "") : (null, $"{answer}");
        }
        catch (Exception e) when (e is HttpRequestException or Xunit.Sdk.XunitException)
        {
            return (null, e.Message);
        }
    }
}
