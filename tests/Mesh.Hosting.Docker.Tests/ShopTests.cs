using Mesh.Hosting.Docker.Tests.Compose;
using Mesh.Hosting.Kubernetes.Tests.Charts;
using Mesh.Testing;

namespace Mesh.Hosting.Docker.Tests;

/// <summary>The Shop, published; the files beside this one show what an app becomes.</summary>
[Collection(nameof(PublishedChart))]
public sealed class ShopTests
{
    [Fact]
    public async Task Shop_Published_IsAsTheGoldenFilesShow()
    {
        using var shop = await PublishedChart.OfAppHostAsync("Shop.AppHost", "--target", "compose");
        var project = ComposeProject.Of(shop);

        Golden.Check(string.Join('\n', shop.Files), "shop-files.txt");
        Golden.Check(project.Text, "shop-compose.yaml");
        Golden.Check(shop.Text(".env"), "shop.env");
        Golden.Check(shop.Text("mesh", "orders-mesh.json"), "shop-orders.json");
        Golden.Check(shop.Text("mesh", "mesh-control-plane.json"), "shop-control-plane.json");
        Golden.Check(shop.Text("mesh", "topology", "service.default.orders.yaml"), "shop-service-orders.yaml");
        Assert.Empty(shop.Warnings);
    }
}
