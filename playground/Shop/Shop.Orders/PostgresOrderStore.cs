using System.Text.Json;
using Npgsql;
using NpgsqlTypes;

namespace Shop.Orders;

/// <summary>Orders as rows. Every statement may be sent twice, so a connection that went stale costs one more try, not an order.</summary>
internal sealed class PostgresOrderStore(NpgsqlDataSource database, PostgresSchema schema) : IOrderStore
{
    private const string Columns = "id, number, customer, email, lines, total_cents, charge_id, replica, placed_at";

    public string Kind => "postgres";

    public (bool Healthy, string Description) State => schema.Ready
        ? (true, "orders are kept in PostgreSQL")
        : (false, $"PostgreSQL is not ready: {schema.LastProblem ?? "connecting"}");

    public Task<Order> AddAsync(Order order, CancellationToken cancellationToken) => TwiceAsync(async () =>
    {
        await using var insert = database.CreateCommand(
            "insert into orders (id, customer, email, lines, total_cents, charge_id, replica, placed_at) "
            + "values ($1, $2, $3, $4, $5, $6, $7, $8) on conflict (id) do nothing");
        insert.Parameters.AddWithValue(order.Id);
        insert.Parameters.AddWithValue(order.Customer);
        insert.Parameters.AddWithValue(order.Email);
        insert.Parameters.AddWithValue(NpgsqlDbType.Jsonb, JsonSerializer.Serialize(order.Lines, JsonSerializerOptions.Web));
        insert.Parameters.AddWithValue(order.TotalCents);
        insert.Parameters.AddWithValue(order.ChargeId);
        insert.Parameters.AddWithValue(order.Replica);
        insert.Parameters.AddWithValue(order.PlacedAt);
        await insert.ExecuteNonQueryAsync(cancellationToken);

        return (await ReadAsync("where id = $1", order.Id, cancellationToken)).Single();
    });

    public Task<Order?> FindAsync(Guid id, CancellationToken cancellationToken) =>
        TwiceAsync(async () => (await ReadAsync("where id = $1", id, cancellationToken)).SingleOrDefault());

    public Task<IReadOnlyList<Order>> LatestAsync(int count, CancellationToken cancellationToken) =>
        TwiceAsync(() => ReadAsync("order by number desc limit $1", count, cancellationToken));

    private async Task<IReadOnlyList<Order>> ReadAsync(string which, object parameter, CancellationToken cancellationToken)
    {
        await using var select = database.CreateCommand($"select {Columns} from orders {which}");
        select.Parameters.AddWithValue(parameter);
        await using var reader = await select.ExecuteReaderAsync(cancellationToken);

        var orders = new List<Order>();
        while (await reader.ReadAsync(cancellationToken))
        {
            orders.Add(new(
                reader.GetGuid(0),
                reader.GetInt64(1),
                reader.GetString(2),
                reader.GetString(3),
                JsonSerializer.Deserialize<OrderLine[]>(reader.GetString(4), JsonSerializerOptions.Web)!,
                reader.GetInt64(5),
                reader.GetString(6),
                reader.GetString(7),
                reader.GetFieldValue<DateTimeOffset>(8)));
        }

        return orders;
    }

    private static async Task<T> TwiceAsync<T>(Func<Task<T>> statement)
    {
        try
        {
            return await statement();
        }
        catch (NpgsqlException problem) when (problem.IsTransient)
        {
            return await statement();
        }
    }
}
