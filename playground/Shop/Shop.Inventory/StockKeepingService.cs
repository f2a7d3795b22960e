using Grpc.Core;
using Shop.Inventory.V1;

namespace Shop.Inventory;

internal sealed partial class StockKeepingService(Shelf shelf, IHostApplicationLifetime lifetime, ILogger<StockKeepingService> logger) : StockKeeping.StockKeepingBase
{
    public override Task<ListReply> List(ListRequest request, ServerCallContext context)
    {
        var reply = new ListReply();
        reply.Products.AddRange(shelf.List());
        return Task.FromResult(reply);
    }

    public override Task<ReserveReply> Reserve(ReserveRequest request, ServerCallContext context)
    {
        if (request.OrderId.Length == 0 || request.Lines.Count == 0)
        {
            throw new RpcException(new Status(StatusCode.InvalidArgument, "An order needs an id and at least one line."));
        }

        try
        {
            var reply = shelf.Reserve(request.OrderId, request.Lines);
            Log.Reserved(logger, request.OrderId, request.Lines.Sum(l => l.Quantity));
            return Task.FromResult(reply);
        }
        catch (ShelfException problem)
        {
            Log.Refused(logger, request.OrderId, problem.Message);
            throw new RpcException(new Status(StatusOf(problem.Problem), problem.Message));
        }
    }

    public override Task<ReleaseReply> Release(ReleaseRequest request, ServerCallContext context)
    {
        var released = shelf.Release(request.OrderId);
        Log.Released(logger, request.OrderId, released);
        return Task.FromResult(new ReleaseReply { Released = released });
    }

    public override async Task Watch(WatchRequest request, IServerStreamWriter<StockLevel> responseStream, ServerCallContext context)
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(context.CancellationToken, lifetime.ApplicationStopping);
        try
        {
            await foreach (var level in shelf.WatchAsync(ended.Token))
            {
                await responseStream.WriteAsync(level, ended.Token);
            }
        }
        catch (OperationCanceledException) when (lifetime.ApplicationStopping.IsCancellationRequested)
        {
            throw new RpcException(new Status(StatusCode.Unavailable, "Inventory is stopping; watch again."));
        }
        catch (OperationCanceledException)
        {
            // The watcher hung up: that is how every watch ends.
        }
    }

    public override async Task Count(IAsyncStreamReader<CountRequest> requestStream, IServerStreamWriter<CountReply> responseStream, ServerCallContext context)
    {
        var reply = new CountReply();
        await foreach (var request in requestStream.ReadAllAsync(context.CancellationToken))
        {
            reply.Count++;
            reply.Sum += request.Number;
            await responseStream.WriteAsync(reply, context.CancellationToken);
        }
    }

    private static StatusCode StatusOf(ShelfProblem problem) => problem switch
    {
        ShelfProblem.UnknownProduct => StatusCode.NotFound,
        ShelfProblem.BadQuantity => StatusCode.InvalidArgument,
        _ => StatusCode.FailedPrecondition,
    };

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Information, "Reserved {Count} articles for order {OrderId}.", EventName = nameof(Reserved))]
        public static partial void Reserved(ILogger logger, string orderId, int count);

        [LoggerMessage(2, LogLevel.Information, "Order {OrderId} refused: {Reason}", EventName = nameof(Refused))]
        public static partial void Refused(ILogger logger, string orderId, string reason);

        [LoggerMessage(3, LogLevel.Information, "Reservation of order {OrderId} released: {Released}.", EventName = nameof(Released))]
        public static partial void Released(ILogger logger, string orderId, bool released);
    }
}
