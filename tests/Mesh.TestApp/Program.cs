// An app that does what a test tells it, from inside its own process: it answers, streams, counts, and calls others.
using Mesh.TestApp;

var builder = WebApplication.CreateSlimBuilder(args);
builder.WebHost.ConfigureKestrel(kestrel =>
{
    kestrel.Limits.MaxRequestBodySize = null;
    kestrel.ConfigureEndpointDefaults(GrpcAnswers.Listen);
});
builder.WebHost.UseKestrelHttpsConfiguration();
builder.Services.AddSingleton<Calls>();

// As Aspire's ServiceDefaults set every client up.
builder.Services.AddServiceDiscovery();
builder.Services.AddHttpClient(Calls.Resilient).AddServiceDiscovery().AddStandardResilienceHandler();

var app = builder.Build();
app.UseWebSockets();
app.MapAnswers();
app.MapStreams();
app.MapGrpcAnswers();
app.MapCalls();
app.Run();
