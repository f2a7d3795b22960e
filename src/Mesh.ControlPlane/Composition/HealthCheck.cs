using System.Net;
using Mesh.Model.Bootstrap;

namespace Mesh.ControlPlane.Composition;

/// <summary>Asks the control plane that runs beside whether it is ready: what a container's health check runs, for its image has neither a shell nor curl.</summary>
internal static class HealthCheck
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    /// <summary>Asks.</summary>
    /// <returns><see langword="null"/>: ready. Else why not.</returns>
    public static async Task<string?> WhyNotReadyAsync(ControlPlaneSettings settings)
    {
        _ = SettingsFile.TryParseAddress(settings.ApiAddress, out var api);
        if (api.Address.Equals(IPAddress.Any) || api.Address.Equals(IPAddress.IPv6Any))
        {
            api = new IPEndPoint(api.Address.Equals(IPAddress.Any) ? IPAddress.Loopback : IPAddress.IPv6Loopback, api.Port);
        }

        if (settings.Kubernetes is not null)
        {
            return "in a cluster the API speaks TLS, and the kubelet asks it for itself";
        }

        using var client = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { Timeout = Patience };
        var address = new Uri($"http://{api}/healthz/ready");
        try
        {
            using var response = await client.GetAsync(address);
            return response.IsSuccessStatusCode ? null : await response.Content.ReadAsStringAsync();
        }
        catch (Exception e) when (e is HttpRequestException or OperationCanceledException)
        {
            return $"{address} does not answer: {e.Message}";
        }
    }
}
