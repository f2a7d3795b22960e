using Grpc.Core;
using Shop.Inventory.V1;

namespace Shop.Storefront.Catalog;

/// <summary>Listens to inventory for as long as the storefront runs, and puts what it hears on the board.</summary>
internal sealed partial class StockFeed(StockKeeping.StockKeepingClient inventory, StockBoard board, TimeProvider time, ILogger<StockFeed> logger) : BackgroundService
{
    private static readonly TimeSpan PauseAfterLoss = TimeSpan.FromSeconds(1);

    private string? _lostBecause;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                using var watch = inventory.Watch(new WatchRequest(), cancellationToken: stoppingToken);
                await foreach (var level in watch.ResponseStream.ReadAllAsync(stoppingToken))
                {
                    board.Set(level.Sku, level.InStock);
                    board.SetLive(true);
                    _lostBecause = null;
                }

                Lost("the stream ended");
            }
            catch (RpcException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (RpcException failure)
            {
                Lost(failure.Status.Detail);
            }

            await Task.Delay(PauseAfterLoss, time, stoppingToken);
        }
    }

    private void Lost(string reason)
    {
        board.SetLive(false);
        if (reason != _lostBecause)
        {
            Log.Lost(logger, reason);
        }

        _lostBecause = reason;
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "Stock changes do not arrive, watching again: {Reason}", EventName = nameof(Lost))]
        public static partial void Lost(ILogger logger, string reason);
    }
}
