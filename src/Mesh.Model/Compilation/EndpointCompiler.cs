using System.Collections.Immutable;
using System.Net;
using Mesh.Model.Snapshots;
using Mesh.Model.Topology;

namespace Mesh.Model.Compilation;

/// <summary>The endpoints of each cluster: the replicas whose app is ready.</summary>
public static class EndpointCompiler
{
    /// <summary>The endpoint sets of every port of every service by cluster name, empty ones too: a cluster without replicas is known, not unknown.</summary>
    public static ImmutableSortedDictionary<string, EndpointSet> Compile(MeshTopology topology, IEnumerable<Replica> replicas)
    {
        var byService = replicas.ToLookup(r => r.Service);
        var sets = ImmutableSortedDictionary.CreateBuilder<string, EndpointSet>(StringComparer.Ordinal);
        foreach (var service in topology.Services.Values)
        {
            foreach (var set in Compile(service, byService[service.Id]))
            {
                sets[set.Cluster] = set;
            }
        }

        return sets.ToImmutable();
    }

    /// <summary>The endpoint sets of one service: all that a change of one of its replicas can touch.</summary>
    /// <param name="service">The service.</param>
    /// <param name="replicas">Its replicas; of two with the same name the last one stands.</param>
    public static ImmutableArray<EndpointSet> Compile(Service service, IEnumerable<Replica> replicas)
    {
        // xDS clients refuse host names in endpoints, and one bad endpoint would cost the whole set.
        var usable = new SortedDictionary<string, Replica>(StringComparer.Ordinal);
        foreach (var replica in replicas.Where(r => r.Port is >= 1 and <= 65535 && IPAddress.TryParse(r.Address, out _)))
        {
            usable[replica.Name] = replica;
        }

        return [.. service.Ports.Select(port => new EndpointSet(ResourceNames.Cluster(new PortRef(service.Id, port.Name)), Endpoints(r => r.ReadyPorts.Contains(port.Name)))
        {
            Unready = Endpoints(r => !r.ReadyPorts.Contains(port.Name)),
        })];

        ImmutableArray<Endpoint> Endpoints(Func<Replica, bool> which) =>
            [.. usable.Values.Where(which).Select(r => new Endpoint(r.Address, r.Port, r.Name, Math.Max(1, r.Weight), r.Zone))];
    }
}
