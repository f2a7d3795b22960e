using System.Collections.Immutable;
using System.Globalization;
using Aspire.Hosting.ApplicationModel;
using Mesh.Hosting.Applying;
using Mesh.Hosting.Publishing;
using Mesh.Model.Planning;
using Mesh.Model.Snapshots;
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

    /// <summary>
    /// Where the sidecar listens. Containers have no Services before them: who calls an app in plain text calls the port that it was declared with, so where the app listens elsewhere
    /// that is where the door for them is.
    /// </summary>
    public ImmutableSortedDictionary<string, string> Listeners()
    {
        var replica = workload.Replicas[0];
        var listeners = replica.Listeners;
        foreach (var port in workload.Service.Ports)
        {
            var endpoint = mesh.Reading.Endpoints[new PortRef(workload.Service.Id, port.Name)];
            if (replica.PlainDoor(port.Name) is { } door && mesh.Scope.CanMove(endpoint))
            {
                var declared = string.Create(CultureInfo.InvariantCulture, $":{endpoint.TargetPort ?? ComposeNames.UsualPort}");
                if (!listeners.Values.Concat(replica.Applications.Values).Any(taken => taken.EndsWith(declared, StringComparison.Ordinal)))
                {
                    listeners = listeners.SetItem(ResourceNames.PlainDoor(port.Name), $"{door[..door.LastIndexOf(':')]}{declared}");
                }
            }
        }

        return listeners;
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
