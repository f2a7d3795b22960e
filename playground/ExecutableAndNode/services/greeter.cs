#:sdk Microsoft.NET.Sdk.Web
#:property PublishAot=false

// Greets whoever calls, by the identity that the sidecar proved.
var app = WebApplication.CreateBuilder(args).Build();

app.MapGet("/", (HttpRequest request) => $"Hello, {request.Headers["x-forwarded-client-cert"].ToString().Split("URI=").Last()}.");
app.MapGet("/health", () => "ok");

app.Run($"http://127.0.0.1:{Environment.GetEnvironmentVariable("PORT")}");
