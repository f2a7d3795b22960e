using Mesh.ControlPlane.Compilation;
using Mesh.Model.Recording;
using Mesh.Model.Topology;
using Mesh.Recording.V1;
using Mesh.Xds.Codecs;

namespace Mesh.ControlPlane.Discovery;

/// <summary>What one replica of the control plane was told of a recording, as another hears of it.</summary>
internal static class RecordingShareCodec
{
    /// <summary>The answer.</summary>
    public static SeenAnswer Encode(RecordingShare share)
    {
        var answer = new SeenAnswer { Known = true, Unlisted = (ulong)share.Unlisted, Gap = share.Gap ?? "" };
        foreach (var service in share.Edges.Select(e => e.Callee.Service).Concat(share.Finished.Select(f => f.Service)).Distinct())
        {
            answer.Services.Add(new SeenService
            {
                Namespace = service.Namespace,
                Name = service.Name,
                Edges = { share.Edges.Where(e => e.Callee.Service == service).Select(e => RecordingCodec.Encode(e.Seen)) },
                Finished = { share.Finished.Where(f => f.Service == service).Select(f => f.Replica) },
            });
        }

        return answer;
    }

    /// <summary>What was answered, as far as it is about ports that there are.</summary>
    /// <param name="answer">The answer.</param>
    /// <param name="topology">The services.</param>
    public static RecordingShare Decode(SeenAnswer answer, MeshTopology topology) => new()
    {
        Edges = [.. answer.Services.SelectMany(service => Edges(service, topology))],
        Unlisted = (long)Math.Min(answer.Unlisted, long.MaxValue / 2),
        Finished = [.. answer.Services.SelectMany(service => service.Finished.Select(replica => (Id(service), replica)))],
        Gap = answer.Gap.Length == 0 ? null : answer.Gap,
    };

    private static IEnumerable<RecordedEdge> Edges(SeenService service, MeshTopology topology)
    {
        var ports = topology.Services.GetValueOrDefault(Id(service))?.Ports ?? [];
        return from edge in service.Edges.Select(RecordingCodec.Decode).OfType<EdgeRecording>()
               join port in ports on edge.Port equals port.Name
               select new RecordedEdge(new PortRef(Id(service), edge.Port), port.Protocol, edge);
    }

    private static ServiceId Id(SeenService service) => new(service.Namespace, service.Name);
}
