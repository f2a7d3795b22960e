namespace Shop.Orders;

internal sealed record PlaceOrderLine(string Sku, int Quantity);
