using System.Collections.Immutable;
using Mesh.Model.Compilation;
using Mesh.Model.Snapshots;
using Mesh.Model.Topology;
using Mesh.Model.Validation;

namespace Mesh.Model.Simulation;

/// <summary>What the mesh would do with a request, and who said so: no process, no clock, nothing is sent.</summary>
public static class RequestSimulator
{
    /// <summary>Explains a request. It names services and ports that there are, see <see cref="Check"/>.</summary>
    /// <param name="mesh">What every sidecar does.</param>
    /// <param name="request">The request.</param>
    /// <param name="faults">What goes wrong on purpose for now at the caller's sidecar.</param>
    public static RequestExplanation Explain(CompiledMesh mesh, SimulatedRequest request, ImmutableArray<FaultRule> faults = default)
    {
        if (request.Caller is { } caller)
        {
            return new CallerSide(mesh, mesh.Snapshots[caller], caller, faults.IsDefault ? [] : faults).Explain(request) with { TokenPlaces = ShownRequest.TokenPlaces(mesh) };
        }

        var identity = request.Identity ?? "";
        var backend = new CalleeSide(mesh).Explain(new PortCall(request.Callee, identity, request, IsFrontDoor: true), 100);
        return new RequestExplanation
        {
            Request = request,
            Summary = SummaryOf(backend),
            Backends = [backend],
            TokenPlaces = ShownRequest.TokenPlaces(mesh),
        };
    }

    /// <summary>Explains a request, and what policies that are only rehearsed would change about it.</summary>
    /// <param name="configuration">What was declared.</param>
    /// <param name="mesh">What every sidecar does.</param>
    /// <param name="request">The request.</param>
    /// <param name="faults">What goes wrong on purpose for now at the caller's sidecar.</param>
    /// <param name="inForce">What of a mesh its sidecars can be told; <see langword="null"/>: all of it.</param>
    public static RequestExplanation Explain(
        MeshConfiguration configuration, CompiledMesh mesh, SimulatedRequest request, ImmutableArray<FaultRule> faults = default, Func<CompiledMesh, CompiledMesh>? inForce = null)
    {
        var now = Explain(mesh, request, faults);
        if (configuration.Rehearsed.Count == 0)
        {
            return now;
        }

        var rehearsed = configuration.Rehearse();
        var then = Explain(inForce?.Invoke(rehearsed) ?? rehearsed, request, faults);
        return now with { Shadow = ExplanationDiff.Between(now, then), TokenPlaces = [.. now.TokenPlaces.Union(then.TokenPlaces)] };
    }

    /// <summary>What of a request names nothing that there is, all at once.</summary>
    public static ImmutableArray<Violation> Check(MeshTopology topology, SimulatedRequest request)
    {
        var violations = ImmutableArray.CreateBuilder<Violation>();
        if (request.Caller is { } caller && !topology.Services.ContainsKey(caller))
        {
            violations.Add(new(FieldPath.Root / "caller", $"is {caller}, which is no service; {Guess(caller, topology.Services.Keys)}"));
        }

        var callee = request.Callee.Service;
        var ports = topology.Services.GetValueOrDefault(callee)?.Ports.Select(p => p.Name) ?? topology.ExternalServices.GetValueOrDefault(callee)?.Ports.Select(p => p.Name);
        if (ports is null)
        {
            violations.Add(new(FieldPath.Root / "callee", $"is {callee}, which is no service; {Guess(callee, topology.Services.Keys.Concat(topology.ExternalServices.Keys))}"));
        }
        else if (!ports.Contains(request.Callee.Port))
        {
            violations.Add(new(FieldPath.Root / "callee", $"names port {Wording.Quote(request.Callee.Port)}, and {callee} has {Wording.OneOf([.. ports])}"));
        }
        else if (request.Caller is null && topology.ExternalServices.ContainsKey(callee))
        {
            violations.Add(new(FieldPath.Root / "caller", $"is no service, and {callee} is outside the mesh: such a call never meets it"));
        }

        return violations.ToImmutable();
    }

    /// <summary>Finds the port that a caller means: <c>service</c>, <c>service/port</c> or <c>namespace/service/port</c>.</summary>
    /// <param name="topology">What there is.</param>
    /// <param name="text">What the user wrote.</param>
    /// <param name="space">The namespace of names without one.</param>
    /// <param name="port">The port; where none was named the default one, else the first. A name that means nothing comes back as it is, for <see cref="Check"/> to tell.</param>
    public static bool TryFindPort(MeshTopology topology, string text, string space, out PortRef port)
    {
        port = default;
        var parts = text.Split('/');

        // "a/b" may be a service and its port, or a namespace and its service: what there is decides.
        var readings = parts.Length switch
        {
            1 => [(new ServiceId(space, parts[0]), (string?)null)],
            2 => new[] { (new ServiceId(space, parts[0]), (string?)parts[1]), (new ServiceId(parts[0], parts[1]), null) },
            3 => [(new ServiceId(parts[0], parts[1]), parts[2])],
            _ => [],
        };
        if (readings.Length == 0 || parts.Any(p => !DnsLabel.IsValid(p)))
        {
            return false;
        }

        var (service, name) = readings.Where(r => PortsOf(topology, r.Item1).Length > 0).DefaultIfEmpty(readings[0]).First();
        port = new PortRef(service, name ?? DefaultPortOf(topology, service) ?? "http");
        return true;
    }

    internal static string SummaryOf(BackendExplanation backend) => backend.Error is { } error
        ? $"{backend.Cluster} is not reached: {error}"
        : $"{backend.Cluster} answers{(backend.IsShadowDenied ? ", though a rehearsed denial would refuse it" : "")}";

    private static (string Name, AppProtocol Protocol)[] PortsOf(MeshTopology topology, ServiceId service) =>
        topology.Services.GetValueOrDefault(service) is { } known ? [.. known.Ports.Select(p => (p.Name, p.Protocol))]
        : topology.ExternalServices.GetValueOrDefault(service) is { } external ? [.. external.Ports.Select(p => (p.Name, p.Protocol))]
        : [];

    private static string? DefaultPortOf(MeshTopology topology, ServiceId service)
    {
        var ports = PortsOf(topology, service);
        return ports.Length == 0 ? null : DefaultPort.Of(ports.Select(p => new ServicePort { Name = p.Name, Protocol = p.Protocol }), p => p.Protocol)?.Name ?? ports[0].Name;
    }

    private static string Guess(ServiceId seen, IEnumerable<ServiceId> known) =>
        Wording.TryGuess(seen.ToString(), [.. known.Select(id => id.ToString())], out var guess) ? $"did you mean {guess}?" : $"there are {Wording.OneOf([.. known.Select(k => k.ToString()).Take(20)])}";
}
