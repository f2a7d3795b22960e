#:sdk Microsoft.NET.Sdk.Web
#:property PublishAot=false

var app = WebApplication.CreateBuilder(args).Build();

app.MapGet("/", () => DateTimeOffset.UtcNow.ToString("O"));
app.MapGet("/health", () => "ok");

app.Run();
