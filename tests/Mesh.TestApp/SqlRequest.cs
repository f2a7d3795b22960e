using Npgsql;

namespace Mesh.TestApp;

/// <summary>One question to a database, over a connection of its own.</summary>
internal sealed record SqlRequest(string Connection, string Command)
{
    /// <summary>The answer, or the database's code of its error.</summary>
    public async Task<IResult> AskAsync(CancellationToken ended)
    {
        try
        {
            await using var connection = new NpgsqlConnection(Connection);
            await connection.OpenAsync(ended);
            await using var command = new NpgsqlCommand(Command, connection);
            return Results.Text($"{await command.ExecuteScalarAsync(ended)}");
        }
        catch (PostgresException e)
        {
            return Results.Text(e.SqlState);
        }
        catch (NpgsqlException e)
        {
            return Results.Text(e.Message, statusCode: 502);
        }
    }
}
