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

        var replicas = set.Endpoints.Select(endpoint => new Announced(endpoint, IsReady: true)).Concat(set.Unready.Select(endpoint => new Announced(endpoint, IsReady: false)));
        var localities = replicas.GroupBy(x => new LocalityKey(x.Endpoint.Priority, x.Endpoint.Zone, x.Endpoint.Weight)).OrderBy(locality => locality.Key).ToArray();
        for (var i = 0; i < localities.Length; i++)
        {
            // Sorted: the others of its zone stand beside it.
            var key = localities[i].Key;
            var isOnly = !(i > 0 && key.IsSameZone(localities[i - 1].Key)) && !(i + 1 < localities.Length && key.IsSameZone(localities[i + 1].Key));
            assignment.Endpoints.Add(Encode(localities[i], isOnly, hasFlatLocalities));
        }

        return assignment;
    }

    public static EndpointSet Decode(ClusterLoadAssignment assignment)
    {
        Announced[] decoded = [.. assignment.Endpoints.SelectMany(locality => locality.LbEndpoints.Select(endpoint => Decode(endpoint, locality))).Order()];
        return new(assignment.ClusterName, [.. decoded.Where(x => x.IsReady).Select(x => x.Endpoint)])
        {
            Unready = [.. decoded.Where(x => !x.IsReady).Select(x => x.Endpoint)],
            Overprovisioning = Math.Max(100, (int)(assignment.Policy?.OverprovisioningFactor ?? EndpointSet.DefaultOverprovisioning)),
        };
    }

    private static LocalityLbEndpoints Encode(IGrouping<LocalityKey, Announced> replicas, bool isOnly, bool isFlat)
    {
        var (priority, zone, weight) = replicas.Key;
        var ready = replicas.Count(x => x.IsReady);
        var locality = new LocalityLbEndpoints
        {
            Locality = new Locality { Zone = zone, SubZone = isOnly ? "" : string.Create(CultureInfo.InvariantCulture, $"weight-{weight}") },
            LoadBalancingWeight = isFlat ? 1 : (uint)(weight * Math.Max(1, ready)),
            Priority = (uint)priority,
        };
        locality.LbEndpoints.AddRange(replicas.Order().Select(x => Encode(x.Endpoint, x.IsReady)));
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

    private static Announced Decode(LbEndpoint endpoint, LocalityLbEndpoints locality)
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
        var isReady = endpoint.HealthStatus is not (HealthStatus.Unhealthy or HealthStatus.Draining or HealthStatus.Timeout);
        return new(new(socket.Address, (int)socket.PortValue, replica, (int)(endpoint.LoadBalancingWeight ?? 1), locality.Locality?.Zone ?? "", (int)locality.Priority), isReady);
    }

    // Classes, here and below: a query over values of one's own is compiled anew in every process that was not compiled ahead of time, and each sidecar's start runs these.
    private sealed record Announced(EndpointRecord Endpoint, bool IsReady) : IComparable<Announced>
    {
        public int CompareTo(Announced? other) =>
            string.CompareOrdinal(Endpoint.Replica, other?.Endpoint.Replica) is not 0 and var byReplica ? byReplica
            : string.CompareOrdinal(Endpoint.Address, other?.Endpoint.Address) is not 0 and var byAddress ? byAddress
            : Endpoint.Port.CompareTo(other?.Endpoint.Port);
    }

    private sealed record LocalityKey(int Priority, string Zone, int Weight) : IComparable<LocalityKey>
    {
        public bool IsSameZone(LocalityKey other) => Priority == other.Priority && Zone == other.Zone;

        public int CompareTo(LocalityKey? other) =>
            Priority.CompareTo(other?.Priority) is not 0 and var byPriority ? byPriority
            : string.CompareOrdinal(Zone, other?.Zone) is not 0 and var byZone ? byZone
            : Weight.CompareTo(other?.Weight);
    }
}
