using System.Globalization;
using System.Net.Http.Headers;
using Mesh.Proxy.Admin;
using Mesh.Proxy.Bootstrap;

namespace Mesh.Proxy.Composition;

/// <summary>Asks the admin endpoint of the proxy that runs beside: what a container's health check and its preStop hook run.</summary>
internal static class AdminClient
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    /// <summary>Asks whether it is ready.</summary>
    /// <returns><see langword="null"/>: ready. Else why not.</returns>
    public static Task<string?> ReadyFaultAsync(ProxySettings settings) => AskAsync(settings, HttpMethod.Get, "/ready", Patience);

    /// <summary>Takes it out of the mesh, and waits until what runs has finished.</summary>
    /// <returns><see langword="null"/>: done. Else what went wrong.</returns>
    public static Task<string?> DrainFaultAsync(ProxySettings settings, TimeSpan wait) =>
        AskAsync(settings, HttpMethod.Post, string.Create(CultureInfo.InvariantCulture, $"/drain?wait={wait.TotalSeconds:0}"), wait + Patience);

    private static async Task<string?> AskAsync(ProxySettings settings, HttpMethod method, string path, TimeSpan patience)
    {
        if (settings.AdminAddress is not { } address)
        {
            return "the bootstrap file has no admin.address to ask";
        }

        using var client = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { Timeout = patience };
        using var request = new HttpRequestMessage(method, new Uri($"http://{address}{path}"));
        if (AdminToken.OfRunning(settings) is { } token)
        {
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        }

        try
        {
            using var response = await client.SendAsync(request);
            return response.IsSuccessStatusCode ? null : (await response.Content.ReadAsStringAsync()).Trim();
        }
        catch (Exception e) when (e is HttpRequestException or OperationCanceledException)
        {
            return $"http://{address}{path} does not answer: {e.Message}";
        }
    }
}
