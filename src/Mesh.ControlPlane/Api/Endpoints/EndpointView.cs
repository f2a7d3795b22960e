using System.Collections.Immutable;
using Mesh.ControlPlane.Discovery;
using Mesh.ControlPlane.Store;
using Mesh.Model.Topology;

namespace Mesh.ControlPlane.Api;

/// <summary>One port of one replica, as the API shows it.</summary>
internal sealed record EndpointView
{
    /// <summary>The service's namespace.</summary>
    public required string Namespace { get; init; }

    /// <summary>The service's name.</summary>
    public required string Service { get; init; }

    /// <summary>The port.</summary>
    public required string Port { get; init; }

    /// <summary>The replica; of a host outside the mesh <c>host:port</c>, and only where somebody leaves it out.</summary>
    public required string Replica { get; init; }

    /// <summary>Where its mesh door is, <c>ip:port</c>; <see langword="null"/>: it is none of the mesh.</summary>
    public string? Address { get; init; }

    /// <summary>In one word: <c>ready</c>, <c>waiting</c> (its app accepts no connection), <c>draining</c>, <c>outside</c> the mesh.</summary>
    public required string State { get; init; }

    /// <summary>The sidecars that leave it out, each with its own reason.</summary>
    public ImmutableArray<LeftOutView> LeftOutBy { get; init; } = [];

    /// <summary>All of them, by service, replica and port.</summary>
    public static ImmutableArray<EndpointView> All(MeshTopology topology, ImmutableArray<ProxyView> proxies)
    {
        var leftOut = LeftOutView.ByEndpoint(proxies);
        var registered = proxies.Where(p => p.Registered is not null).ToList();
        var own = from proxy in registered
                  where topology.Services.ContainsKey(proxy.Service)
                  from port in topology.Services[proxy.Service].Ports
                  select Of(proxy.Registered!, new PortRef(proxy.Service, port.Name), leftOut);
        var known = registered.Select(p => (p.Service, p.Replica)).ToHashSet();
        var outside = from entry in leftOut
                      where topology.ExternalServices.ContainsKey(entry.Key.Upstream.Service) && !known.Contains((entry.Key.Upstream.Service, entry.Key.Replica))
                      select new EndpointView
                      {
                          Namespace = entry.Key.Upstream.Service.Namespace,
                          Service = entry.Key.Upstream.Service.Name,
                          Port = entry.Key.Upstream.Port,
                          Replica = entry.Key.Replica,
                          State = "outside",
                          LeftOutBy = entry.Value,
                      };
        return
        [
            .. own.Concat(outside)
                .OrderBy(e => e.Namespace, StringComparer.Ordinal).ThenBy(e => e.Service, StringComparer.Ordinal).ThenBy(e => e.Replica, StringComparer.Ordinal).ThenBy(e => e.Port, StringComparer.Ordinal),
        ];
    }

    private static EndpointView Of(RegisteredReplica registered, PortRef port, ImmutableDictionary<(PortRef Upstream, string Replica), ImmutableArray<LeftOutView>> leftOut) => new()
    {
        Namespace = port.Service.Namespace,
        Service = port.Service.Name,
        Port = port.Port,
        Replica = registered.Replica.Name,
        Address = ProxyJson.AddressOf(registered.Replica),
        State = registered.Draining ? "draining" : registered.Replica.ReadyPorts.Contains(port.Port) ? "ready" : "waiting",
        LeftOutBy = leftOut.GetValueOrDefault((port, registered.Replica.Name), []),
    };
}
