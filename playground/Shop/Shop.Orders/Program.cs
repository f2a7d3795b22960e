using Shop.Orders;
using Shop.ServiceDefaults;

var builder = WebApplication.CreateBuilder(new WebApplicationOptions { Args = args, ContentRootPath = AppContext.BaseDirectory });
builder.AddServiceDefaults();
builder.AddOrderStore();
builder.AddUpstreams();
builder.Services.AddProblemDetails();
builder.Services.AddSingleton<Checkout>();

var app = builder.Build();
app.UseExceptionHandler();
app.UseReplicaHeaders();
app.MapOrders();
app.MapDefaultEndpoints();
app.Run();
