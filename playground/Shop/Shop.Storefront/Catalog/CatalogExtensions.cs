using Shop.Inventory.V1;
using Shop.ServiceDefaults;

namespace Shop.Storefront.Catalog;

internal static class CatalogExtensions
{
    public static void AddCatalog(this WebApplicationBuilder builder)
    {
        // "_grpc" is the endpoint's name: service discovery would otherwise look for one named "http".
        builder.Services.AddGrpcClient<StockKeeping.StockKeepingClient>(client => client.Address = new Uri("http://_grpc.inventory"))
            .AddHttpMessageHandler(() => new GrpcFaultHandler("inventory"));
        builder.Services.AddSingleton<StockBoard>();
        builder.Services.AddSingleton<ProductList>();
        builder.Services.AddHostedService<StockFeed>();
    }
}
