using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;

namespace Shop.Storefront.Catalog;

internal static class StockStream
{
    private static readonly TimeSpan ReconnectAfter = TimeSpan.FromSeconds(2);

    /// <summary>
    /// <c>GET /stock/stream</c>, server-sent events: <c>stock</c> with <c>{"levels":{"kettle":18}}</c>, and in it
    /// <c>live</c> whenever changes stop or start to arrive.
    /// </summary>
    public static void MapStockStream(this WebApplication app) =>
        app.MapGet("/stock/stream", (StockBoard board, IHostApplicationLifetime lifetime, CancellationToken cancellationToken) =>
            TypedResults.ServerSentEvents(EventsAsync(board, lifetime.ApplicationStopping, cancellationToken)));

    private static async IAsyncEnumerable<SseItem<StockNews>> EventsAsync(
        StockBoard board, CancellationToken stopping, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(stopping, cancellationToken);
        await foreach (var news in board.WatchAsync(ended.Token))
        {
            yield return new SseItem<StockNews>(news, "stock") { ReconnectionInterval = ReconnectAfter };
        }
    }
}
