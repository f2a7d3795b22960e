using System.Collections.Immutable;
using Mesh.Model.Topology;
using Mesh.Model.Validation;

namespace Mesh.Model.Planning;

/// <summary>Finds for every declared use what becomes of it, or what is wrong with it.</summary>
internal static class EdgePlanner
{
    public static (ImmutableArray<PlannedEdge> Edges, ImmutableArray<Violation> Violations) Plan(MeshDescription description)
    {
        var edges = ImmutableArray.CreateBuilder<PlannedEdge>();
        var violations = ImmutableArray.CreateBuilder<Violation>();
        var targets = Targets.Of(description);

        foreach (var workload in description.Workloads)
        {
            foreach (var use in workload.Uses)
            {
                Add(workload.Id, use, outsider: null);
            }
        }

        foreach (var outsider in description.Outsiders)
        {
            foreach (var use in outsider.Uses)
            {
                Add(outsider.Id, use, outsider);
            }
        }

        return (edges.ToImmutable(), violations.ToImmutable());

        void Add(ServiceId caller, UseDescription use, OutsiderDescription? outsider)
        {
            if (targets.Resolve(caller, use, out var resolved) is { } violation)
            {
                violations.Add(violation);
                return;
            }

            foreach (var edge in resolved)
            {
                // "orders" and "orders/http" name one port twice; the first one is its origin.
                if (!edges.Any(e => e.Caller == edge.Caller && e.Callee == edge.Callee && e.Port == edge.Port))
                {
                    edges.Add(outsider is null ? edge : FromOutside(edge, outsider));
                }
            }
        }
    }

    private static PlannedEdge FromOutside(PlannedEdge edge, OutsiderDescription outsider) => edge.Outcome != EdgeOutcome.Meshed
        ? edge
        : outsider.PassesAnyway ? edge with { Outcome = EdgeOutcome.Plain, Reason = outsider.Reason }
        : outsider.MayCall
            ? edge with { Outcome = EdgeOutcome.Plain, Reason = $"{outsider.Id.Name} is outside the mesh: {outsider.Reason}; allowed in without an identity" }
            : edge with { Outcome = EdgeOutcome.Refused, Reason = $"{outsider.Id.Name} is outside the mesh: {outsider.Reason}; allow it explicitly or give it a sidecar" };

    private sealed class Targets
    {
        private readonly Dictionary<ServiceId, WorkloadDescription> _workloads = [];
        private readonly Dictionary<ServiceId, OutsiderDescription> _outsiders = [];
        private readonly Dictionary<ServiceId, ExternalService> _externals = [];

        public static Targets Of(MeshDescription description)
        {
            // Names given twice are the validator's to report; here the first one stands.
            var targets = new Targets();
            foreach (var workload in description.Workloads)
            {
                targets._workloads.TryAdd(workload.Id, workload);
            }

            foreach (var outsider in description.Outsiders)
            {
                targets._outsiders.TryAdd(outsider.Id, outsider);
            }

            foreach (var external in description.Externals)
            {
                targets._externals.TryAdd(external.Service.Id, external.Service);
            }

            return targets;
        }

        public Violation? Resolve(ServiceId caller, UseDescription use, out IEnumerable<PlannedEdge> edges)
        {
            edges = [];
            if (use.Target == caller)
            {
                return use.DeclaredAt.Wrong($"names '{caller.Name}' itself; a call to itself needs no edge, leave it out");
            }

            if (_workloads.TryGetValue(use.Target, out var workload))
            {
                var endpoints = workload.Endpoints.Where(e => use.Port is null || e.Name == use.Port).ToList();
                edges = endpoints.Select(e => Edge(e.Name, e.SkipReason is null ? EdgeOutcome.Meshed : EdgeOutcome.Skipped, e.SkipReason));
                return endpoints.Count > 0 ? null : NoEndpoint(use, [.. workload.Endpoints.Select(e => e.Name)]);
            }

            if (_externals.TryGetValue(use.Target, out var external))
            {
                var ports = external.Ports.Where(p => use.Port is null || p.Name == use.Port).ToList();
                edges = ports.Select(p => Edge(p.Name, EdgeOutcome.Meshed, $"leaves the mesh at {caller.Name}'s sidecar for {p.Host}:{p.Port}"));
                return ports.Count > 0 ? null : NoEndpoint(use, [.. external.Ports.Select(p => p.Name)]);
            }

            if (_outsiders.TryGetValue(use.Target, out var outsider))
            {
                edges = [Edge(use.Port, EdgeOutcome.Plain, $"{outsider.Id.Name} is outside the mesh: {outsider.Reason}")];
                return null;
            }

            string[] known = [.. _workloads.Keys.Concat(_externals.Keys).Concat(_outsiders.Keys).Where(id => id != caller).Order().Select(id => Short(id, caller))];
            var seen = Short(use.Target, caller);
            return use.DeclaredAt.Wrong($"'{seen}' is not a service of this app; {Suggestion.Cure(seen, known, "other service")}");

            PlannedEdge Edge(string? port, EdgeOutcome outcome, string? reason) => new()
            {
                Caller = caller,
                Callee = use.Target,
                Port = port,
                Outcome = outcome,
                Reason = reason,
                DeclaredAt = use.DeclaredAt,
            };
        }

        private static Violation NoEndpoint(UseDescription use, string[] names) => use.Port is null
            ? use.DeclaredAt.Wrong($"'{use.Target.Name}' has no endpoints, so there is nothing to call; give it one under endpoints, or leave it out here")
            : use.DeclaredAt.Wrong($"'{use.Target.Name}' has no endpoint '{use.Port}'; {Suggestion.Cure(use.Port, names, "endpoint in it")}");

        private static string Short(ServiceId id, ServiceId caller) => id.Namespace == caller.Namespace ? id.Name : id.ToString();
    }
}
