using System.Collections.Immutable;
using Mesh.Model.Resources;
using Mesh.Model.Topology;

namespace Mesh.Model.Planning;

/// <summary>
/// From what the user declared to what is started and written. Pure: the same description, target and port source give the same plan, so <c>mesh up</c>,
/// an Aspire AppHost and publishing all use this one.
/// </summary>
public static class MeshPlanner
{
    /// <summary>Plans, or says everything that is wrong at once.</summary>
    /// <param name="description">What there is.</param>
    /// <param name="target">Where it is to run.</param>
    /// <param name="ports">Where numbers come from that nobody fixed.</param>
    public static MeshPlan Plan(MeshDescription description, PlanningTarget target, PortSource ports)
    {
        var edges = EdgePlanner.Plan(description);
        var violations = DescriptionValidator.Validate(description, target)
            .Concat(edges.Violations)
            .Concat(target.TellsAddresses ? VariableNames.Clashes(edges.Edges) : [])
            .ToImmutableArray();
        if (violations.Length > 0)
        {
            return new MeshPlan { Violations = violations };
        }

        var replicas = new ReplicaPlanner(description, edges.Edges, target, ports).Plan();
        return new MeshPlan
        {
            Workloads = [.. description.Workloads.Select(w => new PlannedWorkload { Service = ToService(w, edges.Edges), Replicas = replicas[w.Id] })],
            ExternalServices = [.. description.Externals.Select(e => e.Service)],
            Edges = edges.Edges,
        };
    }

    private static Service ToService(WorkloadDescription workload, ImmutableArray<PlannedEdge> edges) => new()
    {
        Id = workload.Id,
        Origin = new Origin(ServiceResource.KindName, workload.Id.ToString(), workload.DeclaredAt.Location),
        Labels = workload.Labels,
        Ports =
        [
            .. workload.Endpoints.Where(e => e.SkipReason is null).Select(e => new ServicePort
            {
                Name = e.Name,
                Protocol = e.Protocol,
                External = e.External,
                Origin = new Origin(ServiceResource.KindName, workload.Id.ToString(), e.DeclaredAt.Location),
            }),
        ],
        Uses =
        [
            .. edges.Where(e => e.Outcome == EdgeOutcome.Meshed && e.Caller == workload.Id).Select(e => new DeclaredEdge(
                e.Caller, e.Callee, e.Port, new Origin("Edge", $"{e.Caller.Name} → {e.Callee.Name}", e.DeclaredAt.Location))),
        ],
    };
}
