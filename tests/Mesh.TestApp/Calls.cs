using System.Net.Sockets;

namespace Mesh.TestApp;

/// <summary>Calls that this process makes for a test: what a service of the mesh could try.</summary>
internal sealed class Calls(IHttpClientFactory clients) : IDisposable
{
    /// <summary>The client with service discovery and the standard resilience handler.</summary>
    public const string Resilient = "resilient";

    private readonly HttpClient _http = new(new SocketsHttpHandler { AllowAutoRedirect = false, UseProxy = false }) { Timeout = TimeSpan.FromSeconds(30) };

    public Task<CallResult> SendAsync(CallRequest call, CancellationToken ended) => SendAsync(_http, call, ended);

    public Task<CallResult> SendWithResilienceAsync(CallRequest call, CancellationToken ended) => SendAsync(clients.CreateClient(Resilient), call, ended);

    private static async Task<CallResult> SendAsync(HttpClient http, CallRequest call, CancellationToken ended)
    {
        using var request = new HttpRequestMessage(new HttpMethod(call.Method), call.Url);
        if (call.Version is not null)
        {
            request.Version = Version.Parse(call.Version);
            request.VersionPolicy = HttpVersionPolicy.RequestVersionExact;
        }

        if (call.Body is not null)
        {
            request.Content = new StringContent(call.Body);
        }

        foreach (var (name, value) in call.Headers ?? [])
        {
            if (!request.Headers.TryAddWithoutValidation(name, value))
            {
                request.Content?.Headers.Remove(name);
                request.Content?.Headers.TryAddWithoutValidation(name, value);
            }
        }

        try
        {
            using var response = await http.SendAsync(request, ended);
            var body = await response.Content.ReadAsStringAsync(ended);
            var headers = response.Headers.Concat(response.Content.Headers).Concat(response.TrailingHeaders).ToDictionary(h => h.Key, h => string.Join(", ", h.Value), StringComparer.OrdinalIgnoreCase);
            return new CallResult((int)response.StatusCode, headers, body, null);
        }
        catch (Exception e) when (e is HttpRequestException or IOException or SocketException or TaskCanceledException)
        {
            return new CallResult(0, [], "", e.GetBaseException().Message);
        }
    }

    /// <summary>Asks the service that <c>NEXT</c> names, which asks its own next: how many answered, from here to the end.</summary>
    public async Task<IResult> ChainAsync(CancellationToken ended)
    {
        if (Environment.GetEnvironmentVariable("NEXT") is not { Length: > 0 } next)
        {
            return Results.Text("1");
        }

        try
        {
            using var answer = await _http.GetAsync(new Uri($"{next}/chain"), ended);
            var text = await answer.Content.ReadAsStringAsync(ended);
            return answer.IsSuccessStatusCode ? Results.Text($"{int.Parse(text, System.Globalization.CultureInfo.InvariantCulture) + 1}") : Results.Text(text, statusCode: (int)answer.StatusCode);
        }
        catch (HttpRequestException e)
        {
            return Results.Text(e.Message, statusCode: 502);
        }
    }

    public void Dispose() => _http.Dispose();
}
