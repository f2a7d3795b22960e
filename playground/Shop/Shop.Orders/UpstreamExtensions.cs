using Shop.Inventory.V1;
using Shop.ServiceDefaults;

namespace Shop.Orders;

internal static class UpstreamExtensions
{
    public static void AddUpstreams(this WebApplicationBuilder builder)
    {
        // "_grpc" is the endpoint's name: service discovery would otherwise look for one named "http".
        builder.Services.AddGrpcClient<StockKeeping.StockKeepingClient>(client => client.Address = new Uri("http://_grpc.inventory"))
            .AddHttpMessageHandler(() => new GrpcFaultHandler("inventory"));
        builder.Services.AddHttpClient<PaymentsClient>(client => client.BaseAddress = new Uri("http://payments"));
    }
}
