using Npgsql;

namespace Shop.Orders;

/// <summary>Makes the table and its first rows when the service starts, as often as it takes until the database answers.</summary>
internal sealed partial class PostgresSchema(NpgsqlDataSource database, TimeProvider time, ILogger<PostgresSchema> logger) : BackgroundService
{
    private const long LockKey = 0x5348_4f50; // "SHOP": replicas that start together take turns

    private static readonly TimeSpan PauseBetweenTries = TimeSpan.FromMilliseconds(500);

    public bool Ready { get; private set; }

    public string? LastProblem { get; private set; }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!Ready)
        {
            try
            {
                await CreateAsync(stoppingToken);
                Ready = true;
                Log.Ready(logger);
            }
            catch (Exception problem) when (problem is NpgsqlException or TimeoutException)
            {
                if (problem.Message != LastProblem)
                {
                    Log.NotReady(logger, problem.Message);
                }

                LastProblem = problem.Message;
                await Task.Delay(PauseBetweenTries, time, stoppingToken);
            }
        }
    }

    private async Task CreateAsync(CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await using var batch = new NpgsqlBatch(connection, transaction)
        {
            BatchCommands =
            {
                // "create table if not exists" alone fails where two sessions race.
                new($"select pg_advisory_xact_lock({LockKey})"),
                new("""
                    create table if not exists orders (
                        id          uuid primary key,
                        number      bigint generated always as identity (start with 1001),
                        customer    text not null,
                        email       text not null,
                        lines       jsonb not null,
                        total_cents bigint not null,
                        charge_id   text not null,
                        replica     text not null,
                        placed_at   timestamptz not null
                    )
                    """),
                new("create unique index if not exists orders_number on orders (number)"),
                new("""
                    insert into orders (id, customer, email, lines, total_cents, charge_id, replica, placed_at)
                    select id::uuid, customer, email, lines::jsonb, total_cents, charge_id, replica, placed_at from (values
                        ('00000000-0000-4000-8000-000000000001', 'Grace Hopper', 'grace@example.com',
                         '[{"sku":"kettle","name":"Gooseneck kettle","quantity":1,"unitCents":7400}]', 7400, 'ch_seed1', 'seed', now() - interval '3 days'),
                        ('00000000-0000-4000-8000-000000000002', 'Edsger Dijkstra', 'edsger@example.com',
                         '[{"sku":"beans","name":"House beans, 500 g","quantity":2,"unitCents":1600},{"sku":"filters","name":"Paper filters","quantity":1,"unitCents":650}]', 3850, 'ch_seed2', 'seed', now() - interval '26 hours'),
                        ('00000000-0000-4000-8000-000000000003', 'Barbara Liskov', 'barbara@example.com',
                         '[{"sku":"mug","name":"Speckled mug","quantity":4,"unitCents":1950}]', 7800, 'ch_seed3', 'seed', now() - interval '5 hours')
                    ) as first (id, customer, email, lines, total_cents, charge_id, replica, placed_at)
                    where not exists (select from orders)
                    """),
            },
        };
        await batch.ExecuteNonQueryAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Information, "Orders are kept in PostgreSQL; the table is there.", EventName = nameof(Ready))]
        public static partial void Ready(ILogger logger);

        [LoggerMessage(2, LogLevel.Warning, "PostgreSQL is not ready, trying again: {Reason}", EventName = nameof(NotReady))]
        public static partial void NotReady(ILogger logger, string reason);
    }
}
