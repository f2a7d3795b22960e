using Mesh.Hosting.Kubernetes.Tests.Charts;
using Mesh.Kubernetes.Manifests;
using Mesh.Model.Policies.LoadBalancing;
using Mesh.Testing;

namespace Mesh.Hosting.Kubernetes.Tests;

/// <summary>The Shop, published; the files beside this one show what an app becomes.</summary>
[Collection(nameof(PublishedChart))]
public sealed class ShopTests
{
    [Fact]
    public async Task Shop_Published_IsAsTheGoldenFilesShow()
    {
        using var shop = await PublishedChart.OfAppHostAsync("Shop.AppHost");
        var chart = RenderedChart.Of(shop);

        Assert.All(chart.Objects, o => Assert.NotNull(StrictReader.Read(o.Node) ?? CustomObjects.Read(o.Node)));
        Golden.Check(string.Join('\n', shop.Files.Where(f => !f.StartsWith("crds/", StringComparison.Ordinal))), "shop-files.txt");
        Golden.Check(ManifestText.Write(chart.Objects.Where(o => o.File.StartsWith("templates/orders/", StringComparison.Ordinal)).Select(o => o.Node)), "shop-orders.yaml");
        Golden.Check(ManifestText.Write(chart.Objects.Where(o => o.File.StartsWith("templates/mesh/control-plane-", StringComparison.Ordinal) && !o.File.Contains("role", StringComparison.Ordinal)).Select(o => o.Node)), "shop-control-plane.yaml");
        Golden.Check(ManifestText.Write(chart.Objects.Where(o => o.File.StartsWith("templates/mesh/", StringComparison.Ordinal) && !o.File.Contains("control-plane-", StringComparison.Ordinal)).Select(o => o.Node)), "shop-mesh.yaml");
        Assert.Empty(shop.Warnings);
    }

    [Fact]
    public async Task PoliciesInFiles_ArePublishedAsObjects_AndNameTheirFile()
    {
        using var shop = await PublishedChart.OfAppHostAsync("Shop.AppHost");

        var balancing = (LoadBalancingPolicy)CustomObjects.Read(RenderedChart.Of(shop).Node("LoadBalancing", "orders-in-turn", "mesh.dev"));
        Assert.Equal("shop", balancing.Metadata.Namespace);
        Assert.StartsWith("policies/orders.yaml:", balancing.Metadata.DeclaredAt["."], StringComparison.Ordinal);
    }
}
