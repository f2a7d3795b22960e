using Grpc.Core;
using Shop.Inventory.V1;
using Shop.ServiceDefaults;

namespace Shop.Storefront.Catalog;

/// <summary>What is for sale, asked for anew for each page. Inventory does not answer: the last list, and why.</summary>
internal sealed class ProductList(StockKeeping.StockKeepingClient inventory, TimeProvider time)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private volatile IReadOnlyList<Product>? _last;

    /// <exception cref="UpstreamFaultException">No answer, and there never was one.</exception>
    public async Task<(IReadOnlyList<Product> Products, UpstreamFault? Fault)> GetAsync(CancellationToken cancellationToken)
    {
        try
        {
            var reply = await inventory.ListAsync(new ListRequest(), deadline: (time.GetUtcNow() + Patience).UtcDateTime, cancellationToken: cancellationToken);
            _last = reply.Products;
            return (reply.Products, null);
        }
        catch (RpcException failure) when (!cancellationToken.IsCancellationRequested)
        {
            var fault = UpstreamFault.From("inventory", failure.Status.DebugException ?? failure);
            return _last is { } last ? (last, fault) : throw new UpstreamFaultException(fault, failure);
        }
    }
}
