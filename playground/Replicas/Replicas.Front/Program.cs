// Asks the worker a hundred times over one connection, and counts which replica answered.
var builder = WebApplication.CreateBuilder(args);
builder.Services.AddHttpClient("worker", client => client.BaseAddress = new Uri(builder.Configuration["WORKER_HTTP"] ?? throw new InvalidOperationException("WORKER_HTTP is not set: start the AppHost.")))
    .UseSocketsHttpHandler((handler, _) => handler.MaxConnectionsPerServer = 1);

var app = builder.Build();

app.MapGet("/", async (IHttpClientFactory clients, CancellationToken cancellationToken) =>
{
    var worker = clients.CreateClient("worker");
    var answers = new Dictionary<string, int>();
    for (var i = 0; i < 100; i++)
    {
        var replica = await worker.GetStringAsync("/", cancellationToken);
        answers[replica] = answers.GetValueOrDefault(replica) + 1;
    }

    return answers;
});
app.MapGet("/health", () => "ok");

app.Run();
