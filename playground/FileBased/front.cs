#:sdk Microsoft.NET.Sdk.Web
#:property PublishAot=false

// Asks the clock and shows what it says.
var builder = WebApplication.CreateBuilder(args);
builder.Services.AddHttpClient("clock", client => client.BaseAddress = new Uri(builder.Configuration["CLOCK_HTTP"] ?? throw new InvalidOperationException("CLOCK_HTTP is not set: start the AppHost.")));

var app = builder.Build();

app.MapGet("/", async (IHttpClientFactory clients, CancellationToken cancellationToken) => $"The clock says {await clients.CreateClient("clock").GetStringAsync("/", cancellationToken)}.");
app.MapGet("/health", () => "ok");

app.Run();
