using Mesh.Model.Compilation;
using Mesh.Model.Linting;
using Mesh.Model.Resources;
using Mesh.Model.Topology;
using Mesh.Model.Validation;

namespace Mesh.Model.Policies.CircuitBreaker;

/// <summary>Limits of the receiving side that limit nothing.</summary>
internal static class BreakerWarnings
{
    public static IEnumerable<CompileWarning> Of(CircuitBreakerPolicy policy, MeshTopology topology)
    {
        var space = policy.Metadata.Namespace;
        var ports = topology.Services.Values.Where(s => policy.TargetRef.Selects(s.Id, s.Labels, space)).SelectMany(s => s.Ports.Where(p => policy.TargetRef.SelectsPort(p.Name))).ToList();
        for (var i = 0; i < policy.Rules.Length; i++)
        {
            var (rule, at) = (policy.Rules[i], (DeclaredResource.SpecPath / "rules")[i] / "default" / "connectionLimits");
            if (rule.Default.MaxConnections is not null && !rule.Matches.IsEmpty && ports.Count > 0 && ports.TrueForAll(port => port.Protocol.IsHttp()))
            {
                yield return Warning(policy, at / "maxConnections", "limits nothing: the ports speak HTTP, where all callers share the connections to the app; use maxRequests, or an entry without matches");
            }

            if ((rule.Default.MaxRequests ?? rule.Default.MaxPendingRequests) is not null && ports.Count > 0 && ports.TrueForAll(port => !port.Protocol.IsHttp()))
            {
                yield return Warning(policy, at, "limits requests, and the ports speak tcp, which has none; use maxConnections");
            }
        }
    }

    private static CompileWarning Warning(CircuitBreakerPolicy policy, FieldPath at, string message) => new(policy.Key, at, message, policy.OriginAt(at)) { Rule = LintRules.LimitsNothing };
}
