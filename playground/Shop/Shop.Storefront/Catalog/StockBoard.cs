using System.Runtime.CompilerServices;

namespace Shop.Storefront.Catalog;

/// <summary>The latest stock levels, for every open page to watch.</summary>
internal sealed class StockBoard
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, (int InStock, long Version)> _levels = [];
    private long _version;
    private (bool Live, long Version) _feed;
    private TaskCompletionSource _changed = NewSignal();

    public void Set(string sku, int inStock)
    {
        lock (_lock)
        {
            if (!_levels.TryGetValue(sku, out var known) || known.InStock != inStock)
            {
                _levels[sku] = (inStock, ++_version);
                Announce();
            }
        }
    }

    /// <summary>Says whether changes arrive at present.</summary>
    public void SetLive(bool live)
    {
        lock (_lock)
        {
            if (_feed.Live != live)
            {
                _feed = (live, ++_version);
                Announce();
            }
        }
    }

    /// <summary>What holds now, then the changes. A slow page misses steps in between, never the latest level.</summary>
    public async IAsyncEnumerable<StockNews> WatchAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var seen = -1L;
        while (!cancellationToken.IsCancellationRequested)
        {
            StockNews news;
            Task changed;
            lock (_lock)
            {
                news = new(
                    _feed.Version > seen ? _feed.Live : null,
                    _levels.Where(l => l.Value.Version > seen).ToDictionary(l => l.Key, l => l.Value.InStock));
                seen = _version;
                changed = _changed.Task;
            }

            yield return news;
            await changed.WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private void Announce()
    {
        _changed.SetResult();
        _changed = NewSignal();
    }
}
