using Mesh.Model.Identity;
using Mesh.Model.Snapshots;
using Mesh.Model.Topology;

namespace Mesh.Model.Linting;

/// <summary>Permissions, denials and rehearsals of each port beside each other.</summary>
internal static class PermissionLint
{
    private const string Edge = "Edge";

    public static void Run(LintContext context, LintReport report)
    {
        var found = new Dictionary<(LintRule Rule, string Where), (Origin Origin, string Message, int Ports)>();
        foreach (var (port, set) in Doors(context))
        {
            foreach (var (lint, origin, message) in Port(context, port, set))
            {
                var key = (lint, origin.ToString());
                found[key] = found.TryGetValue(key, out var known) ? known with { Ports = known.Ports + 1 } : (origin, message, 1);
            }
        }

        if (found.Count == 0)
        {
            return;
        }

        // A rule for a whole service is found at each of its ports; it is wrong where it is wrong at all of them.
        var ports = Doors(context)
            .SelectMany(door => door.Set.Deny.Concat(door.Set.Allow).Concat(door.Set.AllowWithShadowDeny))
            .CountBy(rule => rule.Origin.ToString(), StringComparer.Ordinal)
            .ToDictionary(StringComparer.Ordinal);
        foreach (var ((lint, where), (origin, message, count)) in found)
        {
            if (count < ports.GetValueOrDefault(where, count))
            {
                continue;
            }

            if (origin.Kind == Edge)
            {
                Edges(context, lint, origin, message, report);
            }
            else
            {
                report.Add(lint, origin, message);
            }
        }
    }

    private static IEnumerable<(PortRef Port, PermissionSet Set)> Doors(LintContext context) =>
        context.Topology.Services.Values.SelectMany(service => service.Ports, (service, port) => new PortRef(service.Id, port.Name)).Select(port => (port, context.Permissions.MeshDoor(port)));

    private static IEnumerable<(LintRule Rule, Origin Origin, string Message)> Port(LintContext context, PortRef port, PermissionSet set)
    {
        for (var i = 0; i < set.Allow.Length; i++)
        {
            var rule = set.Allow[i];
            if (rule.Origin.Kind == Edge && rule.Requests.IsEmpty && set.Deny.IsEmpty)
            {
                continue; // nearly all: an edge that nothing speaks against
            }

            foreach (var finding in Allow(context, port, set, rule, i))
            {
                yield return finding;
            }
        }

        foreach (var rule in set.AllowWithShadowDeny)
        {
            if (set.Deny.FirstOrDefault(d => Coverage.Of(d, rule, isDenial: true)) is { } wide)
            {
                yield return (LintRules.RehearsalHidden, rule.Origin, $"is never counted: {wide.Origin} refuses the same requests, and denials are asked before rehearsals; take one of them out");
            }
        }

        foreach (var rule in set.Deny)
        {
            foreach (var finding in Deny(context, port, set, rule))
            {
                yield return finding;
            }
        }
    }

    private static IEnumerable<(LintRule Rule, Origin Origin, string Message)> Allow(LintContext context, PortRef port, PermissionSet set, PermissionRule rule, int index)
    {
        var isEdge = rule.Origin.Kind == Edge;
        foreach (var unsent in rule.Requests.Select(r => r.Method).OfType<string>().Where(m => m == "TRACE").Distinct())
        {
            yield return (LintRules.MethodNeverSent, rule.Origin, $"allows {unsent}, which sidecars never forward; leave it out");
        }

        if (set.Deny.FirstOrDefault(d => Coverage.Of(d, rule, isDenial: true)) is { } denial)
        {
            yield return isEdge
                ? (LintRules.EdgeDenied, rule.Origin, $"opens {port}, where {denial.Origin} refuses every call of it; take the use out, or narrow the denial")
                : (LintRules.AllowHidden, rule.Origin, $"allows nothing: {denial.Origin} refuses the same at {port}, and a denial beats every permission; narrow the denial, or take one of them out");
            yield break;
        }

        if (isEdge)
        {
            yield break;
        }

        // Of two that say the same the earlier one stays.
        var others = set.Allow.Where((other, i) => !ReferenceEquals(other, rule) && Coverage.Of(other, rule, isDenial: false) && (i < index || !Coverage.Of(rule, other, isDenial: false)));
        if (others.FirstOrDefault() is { } wide)
        {
            yield return rule.Requests.IsEmpty || !wide.Requests.IsEmpty
                ? (LintRules.AllowTwice, rule.Origin, $"allows what {wide.Origin} allows already; take one of them out")
                : (LintRules.AllowNarrowsNothing, rule.Origin, $"names requests, but {wide.Origin} allows every request of the caller, and permissions add up: to narrow, deny the others{(wide.Origin.Kind == Edge ? "" : ", or narrow that one")}");
            yield break;
        }

        if (rule is { Anyone: true, Principals.IsEmpty: true, Requests.IsEmpty: true, Token: null })
        {
            yield return (LintRules.Everybody, rule.Origin, $"lets everybody call {port}, those without an identity too; name callers, or say which requests, or whose tokens");
        }

        foreach (var principal in rule.Principals)
        {
            if (principal.IsPrefix && principal.Value.TrimEnd('/') == $"spiffe://{context.Topology.TrustDomain.Name}")
            {
                yield return (LintRules.Everybody, rule.Origin, $"lets everybody of the mesh call {port}; name callers or a namespace, such as {principal.Value.TrimEnd('/')}/ns/{port.Service.Namespace}");
            }
            else if (!principal.IsPrefix && ServiceOf(context, principal.Value) is { } caller && !context.Snapshots[caller].Clusters.Any(c => c.Upstream == port))
            {
                yield return (LintRules.AllowUnused, rule.Origin, $"allows {caller}, which has no address that leads to {port}: nothing is sent there; add the use, or take the permission out");
            }
        }
    }

    private static IEnumerable<(LintRule Rule, Origin Origin, string Message)> Deny(LintContext context, PortRef port, PermissionSet set, PermissionRule rule)
    {
        foreach (var principal in rule.Principals.Where(p => !p.IsPrefix))
        {
            if (ServiceOf(context, principal.Value) is { } caller && !set.Allow.Concat(set.AllowWithShadowDeny).Any(a => a.Principals.IsEmpty || a.Principals.Any(p => p.Matches(principal.Value))))
            {
                yield return (LintRules.DenyOfNobody, rule.Origin, $"refuses {caller} at {port}, whom nothing allows anyway; it holds for what may be allowed later");
            }
        }
    }

    private static ServiceId? ServiceOf(LintContext context, string id) =>
        SpiffeId.TryParse(id, out var spiffe) && spiffe.TrustDomain == context.Topology.TrustDomain && spiffe.TryGetService(out var service) && context.Topology.Services.ContainsKey(service) ? service : null;

    private static void Edges(LintContext context, LintRule lint, Origin origin, string message, LintReport report)
    {
        foreach (var service in context.Topology.Services.Values.Where(s => s.Uses.Any(u => u.Origin == origin)))
        {
            var at = Resources.DeclaredResource.SpecPath / (origin.Rule ?? "uses");
            report.Add(lint, new Resources.ResourceKey(Resources.ServiceResource.KindName, service.Id.Namespace, service.Id.Name), at, message, origin);
        }
    }
}
