namespace Shop.Storefront.Ordering;

/// <summary>The customer can do something about it: another card, fewer articles.</summary>
internal sealed class OrderRefusedException(string code, string message) : Exception(message)
{
    public string Code { get; } = code;
}
