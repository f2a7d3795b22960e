using Grpc.Core;
using Npgsql;
using Polly;
using Shop.Inventory.V1;
using Shop.ServiceDefaults;

namespace Shop.Orders;

/// <summary>
/// Places an order: reserve, charge, store. Each step is idempotent under the order's id, so that a caller who never saw
/// the answer sends the same request again and gets the same order, paid for once.
/// </summary>
internal sealed partial class Checkout(
    StockKeeping.StockKeepingClient inventory,
    IServiceProvider services,
    IOrderStore store,
    Replica replica,
    TimeProvider time,
    ILogger<Checkout> logger)
{
    /// <exception cref="CheckoutException">It came to nothing; what was reserved is back on the shelf.</exception>
    public async Task<Order> PlaceAsync(Guid id, PlaceOrder request, CancellationToken cancellationToken)
    {
        try
        {
            if (await store.FindAsync(id, cancellationToken) is { } placed)
            {
                return placed;
            }

            var reservation = await ReserveAsync(id, request, cancellationToken);
            var order = new Order(
                id,
                Number: 0,
                request.Customer!.Trim(),
                request.Email!.Trim(),
                [.. reservation.Lines.Select(l => new OrderLine(l.Sku, l.Name, l.Quantity, l.UnitCents))],
                reservation.TotalCents,
                await ChargeAsync(id, reservation.TotalCents, request.Card ?? "accepted", cancellationToken),
                replica.Name,
                time.GetUtcNow());

            // Paid for: from here on the caller's hanging up must not lose it.
            order = await store.AddAsync(order, CancellationToken.None);
            Log.Placed(logger, order.Number, order.Customer, order.TotalCents / 100m, store.Kind);
            return order;
        }
        catch (NpgsqlException problem)
        {
            Log.Failed(logger, id, $"postgres: {problem.Message}");
            throw new CheckoutException(StatusCodes.Status503ServiceUnavailable, "storage_unavailable",
                "The order could not be stored. Send it again with the same Idempotency-Key: it is paid for at most once.",
                new("postgres", null, null, problem.Message));
        }
    }

    private async Task<ReserveReply> ReserveAsync(Guid id, PlaceOrder request, CancellationToken cancellationToken)
    {
        var reserve = new ReserveRequest { OrderId = id.ToString() };
        reserve.Lines.AddRange(request.Lines!.Select(l => new ReserveRequest.Types.Line { Sku = l.Sku, Quantity = l.Quantity }));
        try
        {
            return await inventory.ReserveAsync(reserve, deadline: time.GetUtcNow().UtcDateTime.AddSeconds(10), cancellationToken: cancellationToken);
        }
        catch (RpcException refusal) when (refusal.StatusCode is StatusCode.FailedPrecondition)
        {
            throw new CheckoutException(StatusCodes.Status409Conflict, "sold_out", refusal.Status.Detail);
        }
        catch (RpcException refusal) when (refusal.StatusCode is StatusCode.NotFound or StatusCode.InvalidArgument)
        {
            throw new CheckoutException(StatusCodes.Status400BadRequest, "bad_order", refusal.Status.Detail);
        }
        catch (RpcException failure)
        {
            throw Failed(id, UpstreamFault.From("inventory", failure.Status.DebugException ?? failure));
        }
    }

    private async Task<string> ChargeAsync(Guid id, long amountCents, string card, CancellationToken cancellationToken)
    {
        try
        {
            if (await services.GetRequiredService<PaymentsClient>().ChargeAsync(id, amountCents, card, cancellationToken) is { } charge)
            {
                return charge;
            }
        }
        catch (Exception failure) when (failure is HttpRequestException or ExecutionRejectedException)
        {
            await ReleaseAsync(id);
            throw Failed(id, UpstreamFault.From("payments", failure));
        }

        await ReleaseAsync(id);
        throw new CheckoutException(StatusCodes.Status402PaymentRequired, "card_declined", "The bank declined the card. Nothing was charged.");
    }

    private async Task ReleaseAsync(Guid id)
    {
        try
        {
            await inventory.ReleaseAsync(new ReleaseRequest { OrderId = id.ToString() }, deadline: time.GetUtcNow().UtcDateTime.AddSeconds(5));
        }
        catch (RpcException failure)
        {
            Log.NotReleased(logger, id, failure.Status.Detail);
        }
    }

    private CheckoutException Failed(Guid id, UpstreamFault fault)
    {
        Log.Failed(logger, id, $"{fault.Service}: {fault.MeshError ?? fault.Detail}");
        return new(StatusCodes.Status502BadGateway, "upstream_failed", $"Orders could not get an answer from {fault.Service}. Nothing was ordered.", fault);
    }

    private static partial class Log
    {
        [LoggerMessage(20, LogLevel.Information, "Order {Number} placed by {Customer}: € {Total:F2}, kept in {Storage}.", EventName = nameof(Placed))]
        public static partial void Placed(ILogger logger, long number, string customer, decimal total, string storage);

        [LoggerMessage(21, LogLevel.Warning, "Order {Id} failed: {Reason}", EventName = nameof(Failed))]
        public static partial void Failed(ILogger logger, Guid id, string reason);

        [LoggerMessage(22, LogLevel.Warning, "What was reserved for order {Id} could not be put back: {Reason}", EventName = nameof(NotReleased))]
        public static partial void NotReleased(ILogger logger, Guid id, string reason);
    }
}
