namespace Shop.Storefront.Ordering;

/// <summary>An order as the orders service tells it. Money is in cents of a euro.</summary>
internal sealed record Order(
    Guid Id,
    long Number,
    string Customer,
    string Email,
    IReadOnlyList<OrderLine> Lines,
    long TotalCents,
    string ChargeId,
    string Replica,
    DateTimeOffset PlacedAt);
