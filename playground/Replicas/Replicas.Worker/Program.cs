// Says which process it is.
var app = WebApplication.CreateBuilder(args).Build();

app.MapGet("/", () => Environment.ProcessId.ToString());
app.MapGet("/health", () => "ok");

app.Run();
