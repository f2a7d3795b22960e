namespace Shop.Orders;

/// <summary>An order that is paid for. Money is in cents of a euro.</summary>
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
