using System.Collections.Immutable;
using Mesh.Model.Identity;
using Mesh.Model.Policies;
using Mesh.Model.Policies.TrafficPermission;
using Mesh.Model.Resources;
using Mesh.Model.Snapshots;
using Mesh.Model.Topology;

namespace Mesh.Model.Compilation;

/// <summary>
/// Who may call whom, from declared edges and TrafficPermission policies; nothing else is read, so that no other policy's mistake can keep a revoked permission alive.
/// </summary>
public static class PermissionCompiler
{
    /// <summary>Compiles the permissions of every port.</summary>
    public static CompiledPermissions Compile(MeshTopology topology, PolicySet policies)
    {
        var entries = new InboundEntries<(TrafficPermissionPolicy Policy, PermissionSettings Settings)>();
        foreach (var policy in policies.All.OfType<TrafficPermissionPolicy>())
        {
            entries.Add(policy, policy.Rules.Select(rule => (policy, rule.Default)));
        }

        var edges = topology.Services.Values.SelectMany(s => s.Uses).ToLookup(e => e.Callee);
        var byPort = ImmutableDictionary.CreateBuilder<PortRef, PermissionSet>();
        foreach (var service in topology.Services.Values)
        {
            foreach (var port in service.Ports)
            {
                byPort[new PortRef(service.Id, port.Name)] = Port(service, port, edges[service.Id], entries, topology.TrustDomain);
            }
        }

        return new CompiledPermissions(topology.TrustDomain, byPort.ToImmutable());
    }

    private static PermissionSet Port(
        Service service, ServicePort port, IEnumerable<DeclaredEdge> edges, InboundEntries<(TrafficPermissionPolicy Policy, PermissionSettings Settings)> entries, TrustDomain trustDomain)
    {
        var deny = ImmutableArray.CreateBuilder<PermissionRule>();
        var allow = ImmutableArray.CreateBuilder<PermissionRule>();
        var shadow = ImmutableArray.CreateBuilder<PermissionRule>();
        foreach (var edge in edges.Where(e => e.Port is null || e.Port == port.Name).OrderBy(e => e.Caller).DistinctBy(e => e.Caller))
        {
            allow.Add(new PermissionRule { Principals = [new PrincipalMatch(SpiffeId.ForService(trustDomain, edge.Caller).Text)], Origin = edge.Origin });
        }

        foreach (var layer in entries.For(service, port.Name).Reverse())
        {
            var (policy, settings) = layer.Content;
            Add(deny, settings.Deny, "deny");
            Add(allow, settings.Allow, "allow");
            Add(shadow, settings.AllowWithShadowDeny, "allowWithShadowDeny");

            void Add(ImmutableArray<PermissionRule>.Builder rules, ImmutableArray<CallerMatch> callers, string list)
            {
                for (var i = 0; i < callers.Length; i++)
                {
                    var origin = policy.OriginAt((MeshResource.SpecPath / layer.Origin.Rule! / "default" / list)[i]);
                    rules.Add(Rule(callers[i], policy.Metadata.Namespace, trustDomain, origin));
                }
            }
        }

        return new PermissionSet { Deny = deny.DrainToImmutable(), Allow = allow.DrainToImmutable(), AllowWithShadowDeny = shadow.DrainToImmutable() };
    }

    private static PermissionRule Rule(CallerMatch caller, string policyNamespace, TrustDomain trustDomain, Origin origin)
    {
        var methods = caller.Methods.Select(m => (string?)m).DefaultIfEmpty();
        var paths = caller.Paths.Select(CanonicalPath.Of).DefaultIfEmpty();
        return new PermissionRule
        {
            // Neither service nor id: everyone. Users cannot write it; a denial that could not be read becomes it (PermissionNarrowing).
            Principals = caller.Caller.Principal(policyNamespace, trustDomain) is { } principal ? [principal] : [],
            Requests = caller.Methods.IsEmpty && caller.Paths.IsEmpty ? [] : [.. methods.SelectMany(m => paths.Select(p => new RequestMatch(m, p)))],
            Origin = origin,
        };
    }
}
