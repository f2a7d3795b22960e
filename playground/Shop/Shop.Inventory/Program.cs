using Microsoft.AspNetCore.Server.Kestrel.Core;
using Shop.Inventory;
using Shop.ServiceDefaults;

var builder = WebApplication.CreateBuilder(new WebApplicationOptions { Args = args, ContentRootPath = AppContext.BaseDirectory });
builder.AddServiceDefaults();

// gRPC without TLS has no ALPN to choose HTTP/2 by, so it is all that is spoken here.
builder.WebHost.ConfigureKestrel(kestrel => kestrel.ConfigureEndpointDefaults(endpoint => endpoint.Protocols = HttpProtocols.Http2));

builder.Services.AddGrpc();
builder.Services.AddGrpcHealthChecks().AddCheck("shelf", () => Microsoft.Extensions.Diagnostics.HealthChecks.HealthCheckResult.Healthy());
builder.Services.AddSingleton<Shelf>();
builder.Services.AddHostedService<Deliveries>();

var app = builder.Build();
app.MapGrpcService<StockKeepingService>();
app.MapGrpcHealthChecksService();
app.MapDefaultEndpoints();
app.Run();
