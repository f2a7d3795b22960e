using System.Runtime.CompilerServices;
using Shop.Inventory.V1;

namespace Shop.Inventory;

/// <summary>What is in stock and what is reserved. Lives in memory: a restart is a stocktaking.</summary>
internal sealed class Shelf
{
    private const int RememberedReservations = 100_000; // a retry comes within seconds; the bound is for load tests

    private readonly Lock _lock = new();
    private readonly Dictionary<string, Slot> _slots = Article.Catalogue.ToDictionary(a => a.Sku, a => new Slot(a));
    private readonly Dictionary<string, ReserveReply> _reservations = [];
    private readonly Queue<string> _reservationAge = new();
    private long _version;
    private TaskCompletionSource _changed = NewSignal();

    public IReadOnlyList<Product> List()
    {
        lock (_lock)
        {
            return [.. _slots.Values.Select(s => s.ToProduct())];
        }
    }

    /// <exception cref="ShelfException">No such product, not enough of it, or nothing asked for.</exception>
    public ReserveReply Reserve(string orderId, IReadOnlyCollection<ReserveRequest.Types.Line> lines)
    {
        lock (_lock)
        {
            if (_reservations.TryGetValue(orderId, out var before))
            {
                return before;
            }

            foreach (var line in lines)
            {
                Check(line);
            }

            var reply = new ReserveReply();
            foreach (var line in lines)
            {
                var slot = _slots[line.Sku];
                Change(slot, -line.Quantity);
                reply.Lines.Add(new ReserveReply.Types.Line { Sku = line.Sku, Name = slot.Article.Name, Quantity = line.Quantity, UnitCents = slot.Article.PriceCents });
                reply.TotalCents += line.Quantity * slot.Article.PriceCents;
            }

            Remember(orderId, reply);
            Announce();
            return reply;
        }
    }

    public bool Release(string orderId)
    {
        lock (_lock)
        {
            if (!_reservations.Remove(orderId, out var reservation))
            {
                return false;
            }

            foreach (var line in reservation.Lines)
            {
                Change(_slots[line.Sku], line.Quantity);
            }

            Announce();
            return true;
        }
    }

    /// <summary>Fills up what is emptiest. Returns what was delivered; <see langword="null"/>: all slots are full.</summary>
    public (string Name, int Count)? Deliver()
    {
        lock (_lock)
        {
            var slot = _slots.Values.MinBy(s => (double)s.InStock / s.Article.Target)!;
            var missing = slot.Article.Target - slot.InStock;
            if (missing <= 0)
            {
                return null;
            }

            Change(slot, missing);
            Announce();
            return (slot.Article.Name, missing);
        }
    }

    /// <summary>
    /// All levels, then the changes. A slow reader misses steps in between but never the latest level, and holds nobody up.
    /// </summary>
    public async IAsyncEnumerable<StockLevel> WatchAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var seen = -1L;
        while (true)
        {
            StockLevel[] levels;
            Task changed;
            lock (_lock)
            {
                levels = [.. _slots.Values.Where(s => s.Version > seen).Select(s => new StockLevel { Sku = s.Article.Sku, InStock = s.InStock })];
                seen = _version;
                changed = _changed.Task;
            }

            foreach (var level in levels)
            {
                yield return level;
            }

            await changed.WaitAsync(cancellationToken);
        }
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private void Check(ReserveRequest.Types.Line line)
    {
        if (!_slots.TryGetValue(line.Sku, out var slot))
        {
            throw new ShelfException(ShelfProblem.UnknownProduct, $"'{line.Sku}' is not in the catalogue.");
        }

        if (line.Quantity is < 1 or > 99)
        {
            throw new ShelfException(ShelfProblem.BadQuantity, $"'{line.Sku}': between 1 and 99 can be ordered, not {line.Quantity}.");
        }

        if (slot.InStock < line.Quantity)
        {
            throw new ShelfException(ShelfProblem.SoldOut, slot.InStock == 0
                ? $"{slot.Article.Name}: sold out just now."
                : $"{slot.Article.Name}: only {slot.InStock} left.");
        }
    }

    private void Change(Slot slot, int by)
    {
        slot.InStock += by;
        slot.Version = ++_version;
    }

    private void Remember(string orderId, ReserveReply reply)
    {
        _reservations[orderId] = reply;
        _reservationAge.Enqueue(orderId);
        if (_reservationAge.Count > RememberedReservations)
        {
            _reservations.Remove(_reservationAge.Dequeue());
        }
    }

    private void Announce()
    {
        _changed.SetResult();
        _changed = NewSignal();
    }

    private sealed class Slot(Article article)
    {
        public Article Article { get; } = article;

        public int InStock { get; set; } = article.Target;

        public long Version { get; set; }

        public Product ToProduct() => new()
        {
            Sku = Article.Sku,
            Name = Article.Name,
            Summary = Article.Summary,
            PriceCents = Article.PriceCents,
            InStock = InStock,
        };
    }
}
