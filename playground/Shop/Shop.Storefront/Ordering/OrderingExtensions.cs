namespace Shop.Storefront.Ordering;

internal static class OrderingExtensions
{
    public static void AddOrdering(this WebApplicationBuilder builder)
    {
        builder.Services.AddSingleton<Receipts>();
        builder.Services.AddHttpClient<OrdersClient>(client => client.BaseAddress = new Uri("http://orders"));
    }
}
