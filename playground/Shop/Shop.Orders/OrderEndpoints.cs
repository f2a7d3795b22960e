using Microsoft.AspNetCore.Http.HttpResults;
using Npgsql;
using Shop.ServiceDefaults;

namespace Shop.Orders;

internal static class OrderEndpoints
{
    private const string IdempotencyKey = "Idempotency-Key";

    /// <summary>Every answer says which replica it comes from, and where that one keeps its orders.</summary>
    public static void UseReplicaHeaders(this WebApplication app)
    {
        var replica = app.Services.GetRequiredService<Replica>().Name;
        var storage = app.Services.GetRequiredService<IOrderStore>().Kind;
        app.Use((context, next) =>
        {
            context.Response.OnStarting(() =>
            {
                context.Response.Headers["x-replica"] = replica;
                context.Response.Headers["x-storage"] = storage;
                return Task.CompletedTask;
            });
            return next(context);
        });
    }

    public static void MapOrders(this WebApplication app)
    {
        app.MapPost("/orders", PlaceAsync);
        app.MapGet("/orders", LatestAsync);
        app.MapGet("/orders/{id:guid}", FindAsync);
    }

    private static async Task<Results<Created<Order>, ValidationProblem, ProblemHttpResult>> PlaceAsync(
        PlaceOrder request, HttpRequest http, Checkout checkout, CancellationToken cancellationToken)
    {
        var violations = request.Violations();
        var id = Guid.NewGuid();
        if (http.Headers[IdempotencyKey].ToString() is { Length: > 0 } key && !Guid.TryParse(key, out id))
        {
            violations[IdempotencyKey] = [$"Must be a GUID but is '{key}'."];
        }

        if (violations.Count > 0)
        {
            return TypedResults.ValidationProblem(violations);
        }

        try
        {
            var order = await checkout.PlaceAsync(id, request, cancellationToken);
            return TypedResults.Created($"/orders/{order.Id}", order);
        }
        catch (CheckoutException refusal)
        {
            return TypedResults.Problem(refusal.Message, statusCode: refusal.Status, title: "The order was not placed.",
                extensions: new Dictionary<string, object?> { ["code"] = refusal.Code, ["fault"] = refusal.Fault });
        }
    }

    private static async Task<Results<Ok<IReadOnlyList<Order>>, ProblemHttpResult>> LatestAsync(
        IOrderStore store, CancellationToken cancellationToken, int take = 20)
    {
        try
        {
            return TypedResults.Ok(await store.LatestAsync(Math.Clamp(take, 1, 100), cancellationToken));
        }
        catch (NpgsqlException problem)
        {
            return StorageProblem(problem);
        }
    }

    private static async Task<Results<Ok<Order>, NotFound, ProblemHttpResult>> FindAsync(Guid id, IOrderStore store, CancellationToken cancellationToken)
    {
        try
        {
            return await store.FindAsync(id, cancellationToken) is { } order ? TypedResults.Ok(order) : TypedResults.NotFound();
        }
        catch (NpgsqlException problem)
        {
            return StorageProblem(problem);
        }
    }

    private static ProblemHttpResult StorageProblem(NpgsqlException problem) =>
        TypedResults.Problem(problem.Message, statusCode: StatusCodes.Status503ServiceUnavailable, title: "The database does not answer.",
            extensions: new Dictionary<string, object?> { ["code"] = "storage_unavailable", ["fault"] = new UpstreamFault("postgres", null, null, problem.Message) });
}
