namespace Mesh.TestApp;

/// <summary>Where tests hand in calls, and ask what this process was told.</summary>
internal static class CallEndpoints
{
    public static void MapCalls(this WebApplication app)
    {
        app.MapPost("/call", (CallRequest call, Calls calls, CancellationToken ended) => calls.SendAsync(call, ended));
        app.MapPost("/call-with-resilience", (CallRequest call, Calls calls, CancellationToken ended) => calls.SendWithResilienceAsync(call, ended));
        app.MapPost("/sql", (SqlRequest sql, CancellationToken ended) => sql.AskAsync(ended));
        app.MapGet("/chain", (Calls calls, CancellationToken ended) => calls.ChainAsync(ended));
        app.MapGet("/environment", () => Environment.GetEnvironmentVariables()
            .Cast<System.Collections.DictionaryEntry>()
            .ToDictionary(e => (string)e.Key, e => (string?)e.Value));
    }
}
