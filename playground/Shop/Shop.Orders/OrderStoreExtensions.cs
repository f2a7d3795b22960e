using Microsoft.Extensions.Diagnostics.HealthChecks;
using Npgsql;

namespace Shop.Orders;

internal static partial class OrderStoreExtensions
{
    public static void AddOrderStore(this WebApplicationBuilder builder)
    {
        if (PostgresAddress.Find(builder.Configuration) is { } connectionString)
        {
            var passwordFile = PostgresAddress.PasswordFile(builder.Configuration);
            builder.Services.AddSingleton(_ => Connect(connectionString, passwordFile));
            builder.Services.AddSingleton<PostgresSchema>();
            builder.Services.AddHostedService(services => services.GetRequiredService<PostgresSchema>());
            builder.Services.AddSingleton<IOrderStore, PostgresOrderStore>();
        }
        else
        {
            builder.Services.AddSingleton<IOrderStore>(services =>
            {
                var store = new MemoryOrderStore();
                Log.InMemory(services.GetRequiredService<ILogger<MemoryOrderStore>>(), store.State.Description);
                return store;
            });
        }

        builder.Services.AddHealthChecks().AddTypeActivatedCheck<OrderStoreHealth>("storage");
    }

    private static NpgsqlDataSource Connect(string connectionString, string passwordFile)
    {
        var source = new NpgsqlDataSourceBuilder(connectionString);
        if (string.IsNullOrEmpty(source.ConnectionStringBuilder.Password))
        {
            source.UsePasswordProvider(
                _ => File.Exists(passwordFile) ? File.ReadAllText(passwordFile).Trim() : string.Empty,
                async (_, cancellationToken) => File.Exists(passwordFile) ? (await File.ReadAllTextAsync(passwordFile, cancellationToken)).Trim() : string.Empty);
        }

        return source.Build();
    }

    private sealed class OrderStoreHealth(IOrderStore store) : IHealthCheck
    {
        public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
        {
            var (healthy, description) = store.State;
            return Task.FromResult(healthy ? HealthCheckResult.Healthy(description) : HealthCheckResult.Unhealthy(description));
        }
    }

    private static partial class Log
    {
        [LoggerMessage(10, LogLevel.Warning, "{State}; each replica has its own, and they are gone when it stops.", EventName = nameof(InMemory))]
        public static partial void InMemory(ILogger logger, string state);
    }
}
