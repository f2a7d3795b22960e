namespace Shop.Storefront.Ordering;

internal sealed record OrderLine(string Sku, string Name, int Quantity, long UnitCents);
