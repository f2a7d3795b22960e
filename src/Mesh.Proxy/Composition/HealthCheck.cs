using Mesh.Proxy.Bootstrap;

namespace Mesh.Proxy.Composition;

/// <summary>Asks the running proxy's admin endpoint whether it is ready: what a container's health check runs.</summary>
internal static class HealthCheck
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    /// <summary>Asks.</summary>
    /// <returns><see langword="null"/>: ready. Else why not.</returns>
    public static async Task<string?> FaultAsync(ProxySettings settings)
    {
        if (settings.AdminAddress is not { } address)
        {
            return "the bootstrap file has no admin.address to ask";
        }

        using var client = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { Timeout = Patience };
        try
        {
            using var response = await client.GetAsync(new Uri($"http://{address}/ready"));
            return response.IsSuccessStatusCode ? null : (await response.Content.ReadAsStringAsync()).Trim();
        }
        catch (Exception e) when (e is HttpRequestException or OperationCanceledException)
        {
            return $"http://{address}/ready does not answer: {e.Message}";
        }
    }
}
