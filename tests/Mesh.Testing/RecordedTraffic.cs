using Mesh.Model.Recording;
using Mesh.Model.Topology;

namespace Mesh.Testing;

/// <summary>Recordings that tests make up: <c>RecordedTraffic.Of(topology, ("web", "orders/http", "GET /a"))</c>.</summary>
public static class RecordedTraffic
{
    /// <summary>What each caller asked of a port: <c>METHOD /path</c>, <c>grpc /Service/Method</c>, or <c>tcp</c>; each 200 times, 20 ms long.</summary>
    public static MeshRecording Of(MeshTopology topology, params (string Caller, string Callee, string Request)[] calls)
    {
        var edges = new Dictionary<(string Caller, PortRef Callee), RecordedEdge>();
        foreach (var (caller, callee, request) in calls)
        {
            var service = new ServiceId(ServiceId.DefaultNamespace, callee.Split('/')[0]);
            var port = topology.Services[service].Ports.Single(p => p.Name == callee.Split('/')[1]);
            var id = caller.StartsWith("spiffe:", StringComparison.Ordinal) ? caller : TestMesh.IdentityOf(caller);
            var key = (id, new PortRef(service, port.Name));
            if (!edges.TryGetValue(key, out var edge))
            {
                edges[key] = edge = new RecordedEdge(key.Item2, port.Protocol, new EdgeRecording(id, port.Name));
            }

            if (request == "tcp")
            {
                edge.Seen.Connections += 200;
                continue;
            }

            var words = request.Split(' ');
            var isGrpc = words[0] == "grpc";
            var count = edge.Seen.Find(OperationKey.Of(isGrpc ? "POST" : words[0], words[1], isGrpc))!;
            count.Succeeded += 200;
            count.AddDuration(LatencyBuckets.Of(TimeSpan.FromMilliseconds(20)), 200);
        }

        return new()
        {
            Id = "r1",
            By = "ann",
            StartedAt = new DateTimeOffset(2026, 11, 23, 9, 0, 0, TimeSpan.Zero),
            EndedAt = new DateTimeOffset(2026, 11, 23, 9, 2, 0, TimeSpan.Zero),
            Edges = [.. edges.OrderBy(e => e.Key.Callee.ToString(), StringComparer.Ordinal).ThenBy(e => e.Key.Caller, StringComparer.Ordinal).Select(e => e.Value)],
        };
    }
}
