namespace Shop.Orders;

/// <summary>The body of <c>POST /orders</c>.</summary>
internal sealed record PlaceOrder(string? Customer, string? Email, string? Card, IReadOnlyList<PlaceOrderLine>? Lines)
{
    public Dictionary<string, string[]> Violations()
    {
        var violations = new Dictionary<string, string[]>();
        if (string.IsNullOrWhiteSpace(Customer) || Customer.Length > 100)
        {
            violations["customer"] = ["Say who the order is for, in at most 100 characters."];
        }

        if (string.IsNullOrWhiteSpace(Email) || Email.Length > 200 || !Email.Contains('@', StringComparison.Ordinal))
        {
            violations["email"] = ["Give an e-mail address to send the receipt to."];
        }

        if (Lines is not { Count: > 0 and <= 50 } || Lines.Any(l => string.IsNullOrEmpty(l.Sku)))
        {
            violations["lines"] = ["Order between 1 and 50 different articles."];
        }

        return violations;
    }
}
