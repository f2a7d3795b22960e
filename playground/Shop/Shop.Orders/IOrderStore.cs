namespace Shop.Orders;

/// <summary>Where orders are kept.</summary>
internal interface IOrderStore
{
    /// <summary>One word for people and for the <c>x-storage</c> header: <c>postgres</c> or <c>memory</c>.</summary>
    string Kind { get; }

    /// <summary>What the health check says. Not healthy: the store is not usable yet.</summary>
    (bool Healthy, string Description) State { get; }

    /// <summary>Keeps an order under its id and gives it a number. Kept already: the first one is returned, nothing changes.</summary>
    Task<Order> AddAsync(Order order, CancellationToken cancellationToken);

    Task<Order?> FindAsync(Guid id, CancellationToken cancellationToken);

    /// <summary>The latest orders, newest first.</summary>
    Task<IReadOnlyList<Order>> LatestAsync(int count, CancellationToken cancellationToken);
}
