using Shop.Inventory.V1;

namespace Shop.Storefront.Pages;

internal sealed record CartLine(Product Product, int Quantity);
