namespace Mesh_App._1.Web;

/// <summary>The API, as this service sees it.</summary>
public sealed class ForecastClient(HttpClient http)
{
    public async Task<ForecastReport> GetAsync(CancellationToken cancellationToken) =>
        await http.GetFromJsonAsync<ForecastReport>("/forecasts", cancellationToken) ?? throw new InvalidOperationException("The API answered with nothing.");
}

public sealed record ForecastReport(string CalledBy, IReadOnlyList<Forecast> Forecasts);

public sealed record Forecast(string Place, int Celsius);
