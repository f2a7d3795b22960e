namespace Shop.Orders;

/// <summary>Where there is no database: each replica has its own orders, and forgets them when it stops.</summary>
internal sealed class MemoryOrderStore : IOrderStore
{
    private const int MostOrders = 10_000; // enough for an afternoon; a load test must not fill the memory

    private readonly Lock _lock = new();
    private readonly Dictionary<Guid, Order> _byId = [];
    private readonly LinkedList<Order> _newestFirst = [];
    private long _lastNumber = 1000;

    public string Kind => "memory";

    public (bool Healthy, string Description) State =>
        (true, "orders are kept in memory, because neither POSTGRES_TCP nor ConnectionStrings__shop is set");

    public Task<Order> AddAsync(Order order, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            if (_byId.TryGetValue(order.Id, out var known))
            {
                return Task.FromResult(known);
            }

            var numbered = order with { Number = ++_lastNumber };
            _byId.Add(numbered.Id, numbered);
            _newestFirst.AddFirst(numbered);
            if (_newestFirst.Count > MostOrders)
            {
                _byId.Remove(_newestFirst.Last!.Value.Id);
                _newestFirst.RemoveLast();
            }

            return Task.FromResult(numbered);
        }
    }

    public Task<Order?> FindAsync(Guid id, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            return Task.FromResult(_byId.GetValueOrDefault(id));
        }
    }

    public Task<IReadOnlyList<Order>> LatestAsync(int count, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            return Task.FromResult<IReadOnlyList<Order>>([.. _newestFirst.Take(count)]);
        }
    }
}
