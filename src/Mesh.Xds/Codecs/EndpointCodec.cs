using System.Globalization;
using System.Net;
using Envoy.Config.Core.V3;
using Envoy.Config.Endpoint.V3;
using Google.Protobuf.WellKnownTypes;
using Mesh.Model.Snapshots;
using Mesh.Xds.Wire;
using SocketAddress = Envoy.Config.Core.V3.SocketAddress;
using EndpointRecord = Mesh.Model.Snapshots.Endpoint;
using EndpointMessage = Envoy.Config.Endpoint.V3.Endpoint;

namespace Mesh.Xds.Codecs;

/// <summary>
/// Replicas as ClusterLoadAssignment: a locality per priority and zone, and per weight where a zone has several, weighted by what is in it, because round robin in gRPC
/// clients looks at nothing else. Those that are not ready are unhealthy.
/// </summary>
internal static class EndpointCodec
{
    // Where Envoy and newer gRPC clients (gRFC A76) look for what stands for an endpoint on a hash ring: its name, which stays when it comes back on another port.
    private const string BalancerKey = "envoy.lb";
    private const string Replica = "hash_key";

    // Envoy's.
    private const uint MaxPriority = 128;

    /// <summary>The resource.</summary>
    /// <param name="set">The replicas.</param>
    /// <param name="hasFlatLocalities">For rings of gRPC, which multiply an endpoint's weight by its locality's: every locality has weight 1.</param>
    public static XdsResource Encode(EndpointSet set, bool hasFlatLocalities = false) => XdsResource.From(TypeUrls.Endpoints, set.Cluster, EncodeMessage(set, hasFlatLocalities));

    public static ClusterLoadAssignment EncodeMessage(EndpointSet set, bool hasFlatLocalities = false)
    {
        var assignment = new ClusterLoadAssignment { ClusterName = set.Cluster };
        if (set.Overprovisioning != EndpointSet.DefaultOverprovisioning)
        {
            assignment.Policy = new() { OverprovisioningFactor = (uint)set.Overprovisioning };
        }

        var replicas = set.Endpoints.Select(endpoint => (Endpoint: endpoint, IsReady: true)).Concat(set.Unready.Select(endpoint => (Endpoint: endpoint, IsReady: false)));
        foreach (var zone in replicas.GroupBy(x => (x.Endpoint.Priority, x.Endpoint.Zone)).OrderBy(zone => zone.Key.Priority).ThenBy(zone => zone.Key.Zone, StringComparer.Ordinal))
        {
            IGrouping<int, (EndpointRecord Endpoint, bool IsReady)>[] weights = [.. zone.GroupBy(x => x.Endpoint.Weight).OrderBy(weight => weight.Key)];
            assignment.Endpoints.AddRange(weights.Select(weight => Encode(zone.Key.Priority, zone.Key.Zone, weight, isOnly: weights.Length == 1, hasFlatLocalities)));
        }

        return assignment;
    }

    public static EndpointSet Decode(ClusterLoadAssignment assignment)
    {
        var decoded = assignment.Endpoints
            .SelectMany(locality => locality.LbEndpoints.Select(endpoint => (Endpoint: Decode(endpoint, locality), IsReady: endpoint.HealthStatus is not (HealthStatus.Unhealthy or HealthStatus.Draining or HealthStatus.Timeout))))
            .ToLookup(x => x.IsReady, x => x.Endpoint);
        return new(assignment.ClusterName, [.. InOrder(decoded[true])])
        {
            Unready = [.. InOrder(decoded[false])],
            Overprovisioning = Math.Max(100, (int)(assignment.Policy?.OverprovisioningFactor ?? EndpointSet.DefaultOverprovisioning)),
        };
    }

    private static IEnumerable<EndpointRecord> InOrder(IEnumerable<EndpointRecord> endpoints) => endpoints
        .OrderBy(endpoint => endpoint.Replica, StringComparer.Ordinal)
        .ThenBy(endpoint => endpoint.Address, StringComparer.Ordinal)
        .ThenBy(endpoint => endpoint.Port);

    private static LocalityLbEndpoints Encode(int priority, string zone, IGrouping<int, (EndpointRecord Endpoint, bool IsReady)> weight, bool isOnly, bool isFlat)
    {
        var ready = weight.Count(x => x.IsReady);
        var locality = new LocalityLbEndpoints
        {
            Locality = new Locality { Zone = zone, SubZone = isOnly ? "" : string.Create(CultureInfo.InvariantCulture, $"weight-{weight.Key}") },
            LoadBalancingWeight = isFlat ? 1 : (uint)(weight.Key * Math.Max(1, ready)),
            Priority = (uint)priority,
        };
        locality.LbEndpoints.AddRange(weight
            .OrderBy(x => x.Endpoint.Replica, StringComparer.Ordinal).ThenBy(x => x.Endpoint.Address, StringComparer.Ordinal).ThenBy(x => x.Endpoint.Port)
            .Select(x => Encode(x.Endpoint, x.IsReady)));
        return locality;
    }

    private static LbEndpoint Encode(EndpointRecord endpoint, bool isReady)
    {
        var metadata = new Metadata();
        metadata.FilterMetadata[BalancerKey] = new Struct { Fields = { [Replica] = Value.ForString(endpoint.Replica) } };
        return new()
        {
            Endpoint = new EndpointMessage
            {
                Address = new Address { SocketAddress = new SocketAddress { Address = endpoint.Address, PortValue = (uint)endpoint.Port } },
            },
            HealthStatus = isReady ? HealthStatus.Healthy : HealthStatus.Unhealthy,
            LoadBalancingWeight = (uint)endpoint.Weight,
            Metadata = metadata,
        };
    }

    private static EndpointRecord Decode(LbEndpoint endpoint, LocalityLbEndpoints locality)
    {
        var socket = endpoint.Endpoint?.Address?.SocketAddress ?? throw new ResourceRefusedException("lb_endpoints: no socket address");
        if (!IPAddress.TryParse(socket.Address, out _))
        {
            throw new ResourceRefusedException($"lb_endpoints: '{socket.Address}' is not an IP literal");
        }

        if (socket.PortValue is 0 or > IPEndPoint.MaxPort)
        {
            throw new ResourceRefusedException(string.Create(CultureInfo.InvariantCulture, $"lb_endpoints: {socket.PortValue} is not a TCP port"));
        }

        if (locality.Priority > MaxPriority || endpoint.LoadBalancingWeight is 0 or > int.MaxValue)
        {
            throw new ResourceRefusedException(string.Create(CultureInfo.InvariantCulture, $"lb_endpoints: weight {endpoint.LoadBalancingWeight} and priority {locality.Priority} are not from 1 and up to {MaxPriority}"));
        }

        var fields = endpoint.Metadata?.FilterMetadata.GetValueOrDefault(BalancerKey)?.Fields;
        var replica = fields?.GetValueOrDefault(Replica)?.StringValue ?? string.Create(CultureInfo.InvariantCulture, $"{socket.Address}:{socket.PortValue}");
        return new(socket.Address, (int)socket.PortValue, replica, (int)(endpoint.LoadBalancingWeight ?? 1), locality.Locality?.Zone ?? "", (int)locality.Priority);
    }
}
