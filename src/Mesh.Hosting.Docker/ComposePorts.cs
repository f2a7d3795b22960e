using System.Globalization;
using Aspire.Hosting.ApplicationModel;
using Mesh.Hosting.Applying;
using Mesh.Hosting.Publishing;
using Mesh.Model.Planning;
using Mesh.Model.Topology;

namespace Mesh.Hosting.Docker;

/// <summary>The ports that a workload publishes on its machine: they lead to front doors instead of the app.</summary>
internal sealed class ComposePorts(PublishedMesh mesh, PlannedWorkload workload)
{
    /// <summary>Moves them. What belongs to no endpoint was added by hand, and stays.</summary>
    /// <param name="ports">As the publisher wrote them: <c>port of the machine:port of the container</c>, or the latter alone.</param>
    public IReadOnlyList<string> Move(IEnumerable<string> ports)
    {
        var doors = Doors();
        var taken = new Dictionary<string, string>(StringComparer.Ordinal);
        var moved = new List<string>();
        foreach (var port in ports)
        {
            // A container's port may be a variable, and have colons in its default.
            var at = port.EndsWith('}') ? port.LastIndexOf("${", StringComparison.Ordinal) - 1 : port.LastIndexOf(':');
            var (published, container) = at < 0 ? (null, port) : (port[..at], port[(at + 1)..]);
            if (!taken.TryGetValue(container, out var open) && Door(doors, published, container) is { } door)
            {
                doors.Remove(door);
                taken[container] = open = door.Open;
            }

            moved.Add(open is null ? port : published is null ? open : $"{published}:{open}");
        }

        return [.. moved.Distinct()];
    }

    private List<(EndpointAnnotation Endpoint, string Open)> Doors() =>
    [
        .. workload.Service.Ports.Where(p => p.External).Select(p => (
            mesh.Reading.Endpoints[new PortRef(workload.Service.Id, p.Name)],
            EndpointMover.PortOf(workload.Replicas[0].FrontDoor(p.Name)!).ToString(CultureInfo.InvariantCulture))),
    ];

    private static (EndpointAnnotation Endpoint, string Open)? Door(List<(EndpointAnnotation Endpoint, string Open)> doors, string? published, string container)
    {
        (EndpointAnnotation, string)?[] found =
        [
            .. doors.Where(d => d.Endpoint.TargetPort?.ToString(CultureInfo.InvariantCulture) == container).Select(d => ((EndpointAnnotation, string)?)d),
            .. doors.Where(d => d.Endpoint.TargetPort is null && d.Endpoint.Port?.ToString(CultureInfo.InvariantCulture) == published).Select(d => ((EndpointAnnotation, string)?)d),
            .. doors.Where(d => d.Endpoint.TargetPort is null && d.Endpoint.Port is null).Select(d => ((EndpointAnnotation, string)?)d),
        ];
        return found.FirstOrDefault();
    }
}
