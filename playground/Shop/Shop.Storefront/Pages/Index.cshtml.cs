using Microsoft.AspNetCore.Mvc.RazorPages;
using Shop.Inventory.V1;
using Shop.ServiceDefaults;
using Shop.Storefront.Catalog;
using Shop.Storefront.Ordering;
using Shop.Storefront.Web;

namespace Shop.Storefront.Pages;

internal sealed class IndexModel(ProductList products) : PageModel
{
    private const int Few = 5; // shop.js says the same

    public IReadOnlyList<Product> Products { get; private set; } = [];

    public UpstreamFault? Fault { get; private set; }

    public int CartCount { get; private set; }

    public static string Picture(string sku) => Assets.Url(Assets.Has($"{sku}.svg") ? $"{sku}.svg" : "icon.svg");

    public static string Level(int inStock) => inStock switch
    {
        0 => "out",
        <= Few => "few",
        _ => "many",
    };

    public static string LevelText(int inStock) => inStock switch
    {
        0 => "Sold out",
        <= Few => $"Only {inStock} left",
        _ => $"{inStock} in stock",
    };

    public async Task OnGetAsync(CancellationToken cancellationToken)
    {
        (Products, Fault) = await products.GetAsync(cancellationToken);
        CartCount = Cart.From(Request).Count;
    }
}
