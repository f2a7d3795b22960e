using Mesh.ControlPlane.Discovery;
using Mesh.Model.Topology;

namespace Mesh.ControlPlane.Api;

/// <summary>How a service stands, in one word.</summary>
internal static class ServiceHealth
{
    /// <summary>Every replica serves every port.</summary>
    public const string Healthy = "healthy";

    /// <summary>Some do not.</summary>
    public const string Degraded = "degraded";

    /// <summary>Nobody serves some port.</summary>
    public const string Down = "down";

    /// <summary>The word for a service with these sidecars.</summary>
    public static string Of(Service service, IReadOnlyCollection<ProxyView> proxies)
    {
        var replicas = proxies.Where(p => p.Registered is { Draining: false }).Select(p => p.Registered!.Replica).ToArray();
        if (replicas.Length == 0 || service.Ports.Any(port => !replicas.Any(r => r.ReadyPorts.Contains(port.Name))))
        {
            return Down;
        }

        return service.Ports.All(port => replicas.All(r => r.ReadyPorts.Contains(port.Name))) && proxies.All(p => p.Stream is not null && p.Errors.IsEmpty) ? Healthy : Degraded;
    }
}
