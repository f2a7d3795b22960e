using System.Collections.Immutable;
using Mesh.ControlPlane.Discovery;
using Mesh.Model.Topology;

namespace Mesh.ControlPlane.Api;

/// <summary>That one sidecar leaves an endpoint out.</summary>
/// <param name="Name">The sidecar: <c>namespace/service#replica</c>.</param>
/// <param name="State"><c>ejected</c> by outlier detection, or <c>unhealthy</c> by health checks.</param>
/// <param name="Reason">Why, in its words.</param>
/// <param name="Since">Since when.</param>
/// <param name="Until">Until when; <see langword="null"/>: until it is well.</param>
internal sealed record LeftOutView(string Name, string State, string Reason, DateTimeOffset? Since, DateTimeOffset? Until)
{
    /// <summary>Who leaves out whom, by port and replica.</summary>
    public static ImmutableDictionary<(PortRef Upstream, string Replica), ImmutableArray<LeftOutView>> ByEndpoint(ImmutableArray<ProxyView> proxies) => proxies
        .SelectMany(proxy => proxy.Upstreams.LeftOut.Select(o => (Endpoint: (o.Upstream, o.Replica), View: new LeftOutView($"{proxy.Service}#{proxy.Replica}", o.State, o.Reason, o.Since, o.Until))))
        .GroupBy(o => o.Endpoint, o => o.View)
        .ToImmutableDictionary(o => o.Key, o => o.OrderBy(v => v.Name, StringComparer.Ordinal).ToImmutableArray());
}
