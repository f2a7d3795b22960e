// Says how it was asked. Who asks over http is sent to https, by the address that people know.
var app = WebApplication.CreateBuilder(args).Build();

app.UseHttpsRedirection();

app.MapGet("/", (HttpRequest request) => new { request.Scheme, Host = request.Host.Value, request.Protocol, Caller = request.Headers["x-forwarded-client-cert"].ToString() });
app.MapGet("/health", () => "ok");

app.Run();
