namespace Shop.Storefront.Demo;

/// <summary>
/// Tries what a storefront that was broken into would try: call payments although nobody said that storefront uses it.
/// Where nothing guards payments this works, which is the point.
/// </summary>
/// <remarks>Addresses: <c>PAYMENTS_URL</c>, one or several with spaces between, and the address at which storefront reaches orders.</remarks>
internal sealed class PaymentsBurglar(IConfiguration configuration) : IDisposable
{
    private const int LongestText = 400;

    // No resilience, no service discovery, no cookie: one request, as it is.
    private readonly HttpClient _http = new(new SocketsHttpHandler { AllowAutoRedirect = false, UseProxy = false }) { Timeout = TimeSpan.FromSeconds(5) };

    public async Task<IReadOnlyList<Attempt>> TryAsync(CancellationToken cancellationToken)
    {
        var attempts = new List<Attempt>();
        foreach (var url in (configuration["PAYMENTS_URL"] ?? string.Empty).Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            attempts.Add(await TryAsync("Directly", url, _ => { }, cancellationToken));
            attempts.Add(await TryAsync("Directly, claiming to be orders", url, ClaimToBeOrders, cancellationToken));
        }

        if (configuration["services:orders:http:0"] is { } orders)
        {
            attempts.Add(await TryAsync("Through the way to orders, with payments as the host", orders, request => request.Headers.Host = "payments", cancellationToken));
        }

        return attempts;
    }

    public void Dispose() => _http.Dispose();

    private static void ClaimToBeOrders(HttpRequestMessage request)
    {
        request.Headers.Add("x-forwarded-client-cert", "By=spiffe://mesh.local/ns/default/sa/payments;URI=spiffe://mesh.local/ns/default/sa/orders");
        request.Headers.Add("mesh-caller", "spiffe://mesh.local/ns/default/sa/orders");
        request.Headers.Add("x-forwarded-for", "127.0.0.1");
    }

    private async Task<Attempt> TryAsync(string how, string url, Action<HttpRequestMessage> disguise, CancellationToken cancellationToken)
    {
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, $"{url.TrimEnd('/')}/charges");
            disguise(request);
            using var response = await _http.SendAsync(request, cancellationToken);
            var text = await response.Content.ReadAsStringAsync(cancellationToken);
            var meshError = response.Headers.TryGetValues("mesh-error", out var values) ? string.Join(", ", values) : null;
            return new(how, url, OutcomeOf(response, meshError), (int)response.StatusCode, meshError, text.Length <= LongestText ? text : text[..LongestText] + "…");
        }
        catch (Exception failure) when (failure is HttpRequestException or UriFormatException or InvalidOperationException
            || (failure is TaskCanceledException && !cancellationToken.IsCancellationRequested))
        {
            return new(how, url, "unanswered", null, null, failure.Message);
        }
    }

    private static string OutcomeOf(HttpResponseMessage response, string? meshError) => response switch
    {
        { IsSuccessStatusCode: true } => "reached",
        _ when meshError is not null => "refused",
        _ => "elsewhere",
    };
}
