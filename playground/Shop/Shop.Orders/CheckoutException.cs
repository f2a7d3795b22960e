using Shop.ServiceDefaults;

namespace Shop.Orders;

/// <summary>An order that could not be placed, as the caller is told.</summary>
internal sealed class CheckoutException(int status, string code, string message, UpstreamFault? fault = null) : Exception(message)
{
    public int Status { get; } = status;

    public string Code { get; } = code;

    public UpstreamFault? Fault { get; } = fault;
}
