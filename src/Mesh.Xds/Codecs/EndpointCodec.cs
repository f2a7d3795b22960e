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
/// Ready replicas as ClusterLoadAssignment: a locality per zone, and per weight where a zone has several, weighted by what is in it, because round robin in gRPC
/// clients looks at nothing else.
/// </summary>
internal static class EndpointCodec
{
    // Where Envoy and newer gRPC clients (gRFC A76) look for what stands for an endpoint on a hash ring: its name, which stays when it comes back on another port.
    private const string BalancerKey = "envoy.lb";
    private const string Replica = "hash_key";

    public static XdsResource Encode(EndpointSet set) => XdsResource.From(TypeUrls.Endpoints, set.Cluster, EncodeMessage(set));

    public static ClusterLoadAssignment EncodeMessage(EndpointSet set)
    {
        var assignment = new ClusterLoadAssignment { ClusterName = set.Cluster };
        foreach (var zone in set.Endpoints.GroupBy(endpoint => endpoint.Zone, StringComparer.Ordinal).OrderBy(zone => zone.Key, StringComparer.Ordinal))
        {
            IGrouping<int, EndpointRecord>[] weights = [.. zone.GroupBy(endpoint => endpoint.Weight).OrderBy(weight => weight.Key)];
            assignment.Endpoints.AddRange(weights.Select(weight => Encode(zone.Key, weight, isOnly: weights.Length == 1)));
        }

        return assignment;
    }

    public static EndpointSet Decode(ClusterLoadAssignment assignment) => new(
        assignment.ClusterName,
        [.. InOrder(assignment.Endpoints.SelectMany(locality => locality.LbEndpoints.Select(endpoint => Decode(endpoint, locality.Locality?.Zone ?? ""))))]);

    private static IEnumerable<EndpointRecord> InOrder(IEnumerable<EndpointRecord> endpoints) => endpoints
        .OrderBy(endpoint => endpoint.Replica, StringComparer.Ordinal)
        .ThenBy(endpoint => endpoint.Address, StringComparer.Ordinal)
        .ThenBy(endpoint => endpoint.Port);

    private static LocalityLbEndpoints Encode(string zone, IGrouping<int, EndpointRecord> weight, bool isOnly)
    {
        var locality = new LocalityLbEndpoints
        {
            Locality = new Locality { Zone = zone, SubZone = isOnly ? "" : string.Create(CultureInfo.InvariantCulture, $"weight-{weight.Key}") },
            LoadBalancingWeight = (uint)weight.Sum(endpoint => endpoint.Weight),
        };
        locality.LbEndpoints.AddRange(InOrder(weight).Select(Encode));
        return locality;
    }

    private static LbEndpoint Encode(EndpointRecord endpoint)
    {
        var metadata = new Metadata();
        metadata.FilterMetadata[BalancerKey] = new Struct { Fields = { [Replica] = Value.ForString(endpoint.Replica) } };
        return new()
        {
            Endpoint = new EndpointMessage
            {
                Address = new Address { SocketAddress = new SocketAddress { Address = endpoint.Address, PortValue = (uint)endpoint.Port } },
            },
            HealthStatus = HealthStatus.Healthy,
            LoadBalancingWeight = (uint)endpoint.Weight,
            Metadata = metadata,
        };
    }

    private static EndpointRecord Decode(LbEndpoint endpoint, string zone)
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

        var fields = endpoint.Metadata?.FilterMetadata.GetValueOrDefault(BalancerKey)?.Fields;
        var replica = fields?.GetValueOrDefault(Replica)?.StringValue ?? string.Create(CultureInfo.InvariantCulture, $"{socket.Address}:{socket.PortValue}");
        return new(socket.Address, (int)socket.PortValue, replica, (int)(endpoint.LoadBalancingWeight ?? 1), zone);
    }
}
