using Mesh.Proxy.Policies.HealthCheck;
using Mesh.Proxy.Policies.OutlierDetection;
using Mesh.Proxy.Upstreams;

namespace Mesh.Proxy.Outbound;

/// <summary>What clusters live with, in every configuration.</summary>
/// <param name="Kit">What upstreams are reached with.</param>
/// <param name="Draw">Random numbers below a bound.</param>
/// <param name="OutlierEvents">Told which replicas are left out.</param>
/// <param name="HealthEvents">Told which replicas are not well.</param>
/// <param name="Changed">Called when a replica is left out or used again.</param>
internal sealed record ClusterRoom(UpstreamKit Kit, Func<int, int> Draw, OutlierEvents OutlierEvents, HealthEvents HealthEvents, Action Changed);
