namespace Shop.Inventory;

/// <summary>A van that comes by and fills up what is emptiest, so that the shelf outlives an afternoon of clicking.</summary>
internal sealed partial class Deliveries(Shelf shelf, TimeProvider time, IConfiguration configuration, ILogger<Deliveries> logger) : BackgroundService
{
    /// <summary>Seconds between two deliveries. Default: 20, often enough to be seen on the page. Environment: <c>DELIVERY_SECONDS</c>.</summary>
    private readonly TimeSpan _every = TimeSpan.FromSeconds(configuration.GetValue("DELIVERY_SECONDS", 20d));

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(_every, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            if (shelf.Deliver() is { } delivery)
            {
                Log.Delivered(logger, delivery.Count, delivery.Name);
            }
        }
    }

    private static partial class Log
    {
        [LoggerMessage(10, LogLevel.Information, "Delivered {Count} × {Name}.", EventName = nameof(Delivered))]
        public static partial void Delivered(ILogger logger, int count, string name);
    }
}
