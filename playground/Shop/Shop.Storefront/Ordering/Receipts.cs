using System.Collections.Concurrent;

namespace Shop.Storefront.Ordering;

/// <summary>
/// The latest orders placed here: where orders keeps them in memory, the replica that is asked for the confirmation may
/// not be the one that has it.
/// </summary>
internal sealed class Receipts
{
    private const int Kept = 200;

    private readonly ConcurrentDictionary<Guid, Answer<Order>> _byId = new();
    private readonly ConcurrentQueue<Guid> _age = new();

    public void Keep(Answer<Order> receipt)
    {
        if (_byId.TryAdd(receipt.Value.Id, receipt))
        {
            _age.Enqueue(receipt.Value.Id);
            if (_age.Count > Kept && _age.TryDequeue(out var oldest))
            {
                _byId.TryRemove(oldest, out _);
            }
        }
    }

    public Answer<Order>? Find(Guid id) => _byId.GetValueOrDefault(id);
}
