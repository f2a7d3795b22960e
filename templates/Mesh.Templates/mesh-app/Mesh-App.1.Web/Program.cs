using System.Net.Mime;
using System.Text;
using System.Text.Encodings.Web;
using Mesh_App._1.Web;

var builder = WebApplication.CreateBuilder(args);

builder.AddServiceDefaults();
builder.Services.AddProblemDetails();

// https where the API has it, http otherwise; service discovery turns the name into the address of this service's own sidecar.
builder.Services.AddHttpClient<ForecastClient>(client => client.BaseAddress = new Uri("https+http://apiservice"));

var app = builder.Build();

app.UseExceptionHandler();

app.MapGet("/", async (ForecastClient client, CancellationToken cancellationToken) =>
{
    var report = await client.GetAsync(cancellationToken);
    var page = new StringBuilder("""
        <!doctype html>
        <html lang="en">
        <meta charset="utf-8">
        <title>Mesh-App.1</title>
        <style>body { font: 1rem/1.5 system-ui, sans-serif; margin: 3rem auto; max-width: 36rem } td { padding-right: 2rem }</style>
        <h1>Mesh-App.1</h1>
        <table>
        """);
    foreach (var forecast in report.Forecasts)
    {
        page.AppendLine($"<tr><td>{HtmlEncoder.Default.Encode(forecast.Place)}</td><td>{forecast.Celsius} °C</td></tr>");
    }

    page.AppendLine($"</table><p>The API was called by <code>{HtmlEncoder.Default.Encode(report.CalledBy)}</code>.</p>");
    return Results.Text(page.ToString(), MediaTypeNames.Text.Html, Encoding.UTF8);
});

app.MapDefaultEndpoints();

app.Run();
