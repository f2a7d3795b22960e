using System.Collections.Concurrent;

namespace Mesh.TestApp;

/// <summary>Plain answers: who am I, what did you send, which status.</summary>
internal static class Answers
{
    private static readonly ConcurrentDictionary<string, int> Counts = new();

    private static readonly TaskCompletionSource Released = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private static int _held;
    private static volatile bool _isSick;

    private static string Replica { get; } = Environment.GetEnvironmentVariable("MESH_REPLICA") ?? "none";

    public static void MapAnswers(this WebApplication app)
    {
        app.Use((context, next) =>
        {
            context.Response.Headers["x-replica"] = Replica;
            return next();
        });
        app.MapGet("/health", () => "ok");
        app.MapGet("/who", () => Results.Json(new { replica = Replica, pid = Environment.ProcessId }));
        app.Map("/echo/{**path}", Echo);
        app.MapMethods("/status/{code:int}", ["GET", "HEAD", "POST", "PUT"], (int code) => Results.StatusCode(code));
        app.MapPost("/count/{key}", (string key) => Counts.AddOrUpdate(key, 1, (_, n) => n + 1));
        app.MapGet("/count/{key}", (string key) => Counts.GetValueOrDefault(key));
        app.MapMethods("/fail-and-count/{key}", ["GET", "POST"], (string key) =>
        {
            Counts.AddOrUpdate(key, 1, (_, n) => n + 1);
            return Results.StatusCode(503);
        });
        app.MapPost("/sick", () =>
        {
            _isSick = true;
            return Environment.ProcessId;
        });
        app.MapGet("/well", () => Results.StatusCode(_isSick ? 503 : 200));
        app.MapGet("/work", () => Results.StatusCode(_isSick ? 500 : 200));
        app.Map("/may/{**path}", (HttpRequest request, HttpResponse response) =>
        {
            if (request.Headers["x-token"] != "good")
            {
                return Results.Text("log in first", statusCode: 401);
            }

            response.Headers["x-user"] = "ann";
            return Results.Ok();
        });
        app.MapPost("/exit/{code:int}", (int code) => Environment.Exit(code));
        app.MapGet("/slow/{milliseconds:int}", async (int milliseconds, CancellationToken ended) =>
        {
            await Task.Delay(milliseconds, ended);
            return "slow";
        });
        app.MapPost("/count-until-released/{key}", async (string key, CancellationToken ended) =>
        {
            var count = Counts.AddOrUpdate(key, 1, (_, n) => n + 1);
            Interlocked.Increment(ref _held);
            try
            {
                await Released.Task.WaitAsync(TimeSpan.FromSeconds(60), ended);
                return count;
            }
            finally
            {
                Interlocked.Decrement(ref _held);
            }
        });
        app.MapGet("/held", () => _held);
        app.MapPost("/release", () => Released.TrySetResult());
    }

    private static async Task<IResult> Echo(HttpRequest request)
    {
        using var reader = new StreamReader(request.Body);
        var body = await reader.ReadToEndAsync();
        return Results.Json(new
        {
            method = request.Method,
            target = request.HttpContext.Features.Get<Microsoft.AspNetCore.Http.Features.IHttpRequestFeature>()!.RawTarget,
            protocol = request.Protocol,
            replica = Replica,
            headers = request.Headers.ToDictionary(h => h.Key, h => h.Value.ToString(), StringComparer.OrdinalIgnoreCase),
            body,
        });
    }
}
