using Mesh.Model.Compilation;
using Mesh.Model.Linting;
using Mesh.Model.Resources;
using Mesh.Model.Topology;

namespace Mesh.Model.Policies.TrafficPermission;

/// <summary>Permissions that are valid but do more or less than their author may think.</summary>
internal static class PermissionWarnings
{
    public static IEnumerable<CompileWarning> Of(TrafficPermissionPolicy policy, MeshTopology topology)
    {
        var space = policy.Metadata.Namespace;
        var ports = topology.Services.Values
            .Where(service => (space == Policy.SystemNamespace || service.Id.Namespace == space) && policy.TargetRef.Selects(service.Id, service.Labels, space))
            .SelectMany(service => service.Ports.Where(port => policy.TargetRef.SelectsPort(port.Name)).Select(port => (Port: new PortRef(service.Id, port.Name), port.Protocol)))
            .ToList();
        var opaque = ports.Where(port => !port.Protocol.IsHttp()).Select(port => port.Port).ToList();
        var rules = DeclaredResource.SpecPath / "rules";
        for (var r = 0; r < policy.Rules.Length; r++)
        {
            foreach (var (list, callers) in policy.Rules[r].Default.Lists)
            {
                for (var i = 0; i < callers.Length; i++)
                {
                    if (callers[i].NeedsHttp && opaque.Count > 0)
                    {
                        var at = (rules[r] / "default" / list)[i];
                        var effect = list == "deny" ? "denies the whole connection there" : "lets nothing pass there";
                        yield return new(policy.Key, at, $"is about requests, and {string.Join(", ", opaque)} speaks tcp, where nobody sees any: it {effect}; pick other ports with targetRef.sectionName", policy.OriginAt(at)) { Rule = LintRules.RequestsOnTcp };
                    }
                }
            }
        }

        for (var i = 0; i < policy.JwtProviders.Length; i++)
        {
            if (policy.JwtProviders[i].Audiences.IsEmpty)
            {
                var at = (DeclaredResource.SpecPath / "jwtProviders")[i];
                yield return new(policy.Key, at, $"takes tokens that {policy.JwtProviders[i].Issuer} made for anybody; list the audiences that stand for these services", policy.OriginAt(at)) { Rule = LintRules.TokensForAnybody };
            }
        }

        if (policy.TargetRef is { Name: { } target } && topology.ExternalServices.ContainsKey(new ServiceId(policy.TargetRef.Namespace ?? space, target)))
        {
            var at = DeclaredResource.SpecPath / "targetRef";
            yield return new(policy.Key, at, $"names the external service {target}, which has no sidecar to enforce it; remove the edge from the caller's uses instead", policy.OriginAt(at)) { Rule = LintRules.NoSidecar };
        }
    }
}
