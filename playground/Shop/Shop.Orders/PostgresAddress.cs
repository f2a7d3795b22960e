using Npgsql;

namespace Shop.Orders;

/// <summary>Finds the database in the environment.</summary>
internal static class PostgresAddress
{
    /// <summary>
    /// <c>ConnectionStrings__shop</c>, or one made of <c>POSTGRES_TCP=host:port</c> and, each with a default,
    /// <c>POSTGRES_USER</c> (shop), <c>POSTGRES_DATABASE</c> (shop) and <c>POSTGRES_PASSWORD_FILE</c> (where
    /// postgres/run.sh leaves it). <see langword="null"/>: there is no database.
    /// </summary>
    /// <exception cref="InvalidOperationException">An address that is none.</exception>
    public static string? Find(IConfiguration configuration)
    {
        if (configuration.GetConnectionString("shop") is { Length: > 0 } given)
        {
            return given;
        }

        if (configuration["POSTGRES_TCP"] is not { Length: > 0 } address)
        {
            return null;
        }

        var split = address.LastIndexOf(':');
        if (split <= 0 || !ushort.TryParse(address.AsSpan(split + 1), out var port))
        {
            throw new InvalidOperationException($"POSTGRES_TCP={address} (must be host:port)");
        }

        return new NpgsqlConnectionStringBuilder
        {
            Host = address[..split],
            Port = port,
            Username = configuration["POSTGRES_USER"] ?? "shop",
            Database = configuration["POSTGRES_DATABASE"] ?? "shop",
            SslMode = SslMode.Disable, // loopback; what is beyond it is not this service's business
            MaxPoolSize = 20,
            Timeout = 5,
            CommandTimeout = 10,
            ApplicationName = "orders",
        }.ConnectionString;
    }

    /// <summary>Read for each new connection: the file may appear after this process started.</summary>
    public static string PasswordFile(IConfiguration configuration) =>
        configuration["POSTGRES_PASSWORD_FILE"] ?? Path.Combine(".mesh", "postgres.password");
}
