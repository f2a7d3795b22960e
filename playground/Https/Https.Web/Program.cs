// Asks the API over https and shows what it says.
var builder = WebApplication.CreateBuilder(args);
builder.Services.AddHttpClient("api", client => client.BaseAddress = new Uri(builder.Configuration["API_HTTPS"] ?? throw new InvalidOperationException("API_HTTPS is not set: start the AppHost.")));

var app = builder.Build();

app.MapGet("/", (IHttpClientFactory clients, CancellationToken cancellationToken) => clients.CreateClient("api").GetStringAsync("/", cancellationToken));
app.MapGet("/health", () => "ok");

app.Run();
