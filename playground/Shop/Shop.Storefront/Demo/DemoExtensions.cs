namespace Shop.Storefront.Demo;

internal static class DemoExtensions
{
    public static void AddDemo(this WebApplicationBuilder builder) => builder.Services.AddSingleton<PaymentsBurglar>();
}
