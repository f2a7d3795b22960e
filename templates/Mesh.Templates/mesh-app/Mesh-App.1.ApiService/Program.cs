var builder = WebApplication.CreateBuilder(args);

builder.AddServiceDefaults();
builder.Services.AddProblemDetails();

var app = builder.Build();

app.UseExceptionHandler();

string[] places = ["Lisbon", "Oslo", "Nairobi", "Lima", "Osaka"];

// The sidecar says who called: an identity that was proved by a certificate, not a header that anybody could send.
app.MapGet("/forecasts", (HttpRequest request) => new
{
    CalledBy = request.Headers["x-forwarded-client-cert"].ToString().Split("URI=").Last(),
    Forecasts = places.Select(place => new { Place = place, Celsius = Random.Shared.Next(-10, 36) }),
});

app.MapDefaultEndpoints();

app.Run();
