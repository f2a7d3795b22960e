using Mesh.Model.Identity;
using Mesh.Model.Planning;

namespace Mesh.Cli.VirtualMachines;

/// <summary>Plans the one replica of a machine with the planner that <c>mesh up</c> has, so that its app finds the same variables.</summary>
internal static class MachinePlan
{
    /// <summary>Plans.</summary>
    /// <exception cref="CliException">With all that is wrong.</exception>
    public static PlannedReplica Make(BootstrapRequest request, TrustDomain trustDomain, ServiceFacts facts)
    {
        var unknown = request.AppPorts.Keys.Where(name => facts.Ports.All(p => p.Name != name)).ToList();
        if (unknown.Count > 0)
        {
            var known = string.Join(", ", facts.Ports.Select(p => p.Name));
            throw new CliException(ExitCode.Invalid, $"--app-port: {request.Service} has no port {string.Join(", ", unknown.Select(n => $"'{n}'"))}; it has {(known.Length > 0 ? known : "none")}.");
        }

        var own = new WorkloadDescription
        {
            Id = request.Service,
            Endpoints = [.. facts.Ports.Select(p => p with { AppPort = request.AppPorts.TryGetValue(p.Name, out var port) ? port : null })],
            Uses = [.. facts.Upstreams.Select(u => new UseDescription(u.Port.Service, u.Port.Port))],
        };
        var callees = facts.Upstreams.GroupBy(u => u.Port.Service).Select(service => new WorkloadDescription
        {
            Id = service.Key,
            Endpoints = [.. service.Select(u => new EndpointDescription { Name = u.Port.Port, Protocol = u.Protocol })],
        });
        var plan = MeshPlanner.Plan(
            new MeshDescription { TrustDomain = trustDomain, Workloads = [own, .. callees] },
            PlanningTarget.Containers with { DoorAddress = Literal(request.Door), FrontDoorAddress = Literal(request.FrontDoor) },
            (port, taken) => ContainerPorts.Pick(port, taken.Select(t => t - request.PortOffset).ToHashSet()) + request.PortOffset);
        if (plan.Violations.Length > 0)
        {
            throw new CliException(ExitCode.Invalid, $"{request.Service} cannot be planned:\n{string.Join('\n', plan.Violations)}");
        }

        // Only here is a replica's name not its service's: each machine has one.
        var replica = plan.Workloads.First(w => w.Service.Id == request.Service).Replicas[0];
        return replica with
        {
            Name = request.Replica,
            Environment = [.. replica.Environment.Select(v => v.Name == EnvironmentNames.Replica ? v with { Value = request.Replica } : v)],
        };
    }

    private static string Literal(System.Net.IPAddress address) => address.AddressFamily == System.Net.Sockets.AddressFamily.InterNetworkV6 ? $"[{address}]" : address.ToString();
}
