using System.Text.Json.Nodes;
using Mesh.Model.Bootstrap;
using Mesh.Model.Identity;
using Mesh.Model.Topology;

namespace Mesh.Laptop.Clients;

/// <summary>How an xDS client beside a sidecar names itself. The sidecar's relay puts its own id in this one's place; it is here for people who read a client's log.</summary>
internal static class ClientNode
{
    /// <summary>The node of a bootstrap file.</summary>
    /// <param name="sidecar">What the sidecar was started with.</param>
    /// <param name="kind">What the control plane is told that the client is: <c>grpc</c> or <c>envoy</c>.</param>
    public static JsonObject Of(SidecarBootstrap sidecar, string kind)
    {
        var id = TrustDomain.TryParse(sidecar.TrustDomain, out var domain) && ServiceId.TryParse(sidecar.Service, ServiceId.DefaultNamespace, out var service)
            ? SpiffeId.ForService(domain, service).Text
            : sidecar.Service;
        return new JsonObject
        {
            ["id"] = $"{id}#{sidecar.Replica}",
            ["cluster"] = sidecar.Service,
            ["locality"] = new JsonObject { ["zone"] = sidecar.Zone },
            ["metadata"] = new JsonObject { ["mesh.dev/kind"] = kind },
        };
    }

    /// <summary>The sidecar's relay.</summary>
    /// <exception cref="InvalidOperationException">It has none.</exception>
    public static RelayBootstrap RelayOf(SidecarBootstrap sidecar) => sidecar.Relay ?? throw new InvalidOperationException(
        "relay is missing: the sidecar offers nothing to xDS clients; add \"relay\": {} and start it again");
}
