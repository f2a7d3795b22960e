using System.Collections.Immutable;
using Mesh.Model.Compilation;
using Mesh.Model.Identity;
using Mesh.Model.Linting;
using Mesh.Model.Planning;
using Mesh.Model.Policies;
using Mesh.Model.Topology;

namespace Mesh.Hosting.Policies;

/// <summary>What is right in itself but will not do what the AppHost's author means, such as a route for requests to a service that speaks tcp.</summary>
internal static class PolicyWarnings
{
    /// <summary>The findings, each with the place that it is about.</summary>
    /// <remarks>What files and the API say is not known here and may settle some of them.</remarks>
    public static ImmutableArray<CompileWarning> Of(MeshPlan plan, TrustDomain trustDomain, ImmutableArray<Policy> policies)
    {
        if (policies.IsEmpty)
        {
            return [];
        }

        var topology = new MeshTopology
        {
            TrustDomain = trustDomain,
            Services = plan.Workloads.ToImmutableSortedDictionary(w => w.Service.Id, w => w.Service),
            ExternalServices = plan.ExternalServices.ToImmutableSortedDictionary(e => e.Id, e => e),
        };
        var keys = policies.Select(p => p.Key).ToHashSet();
        return [.. SnapshotCompiler.Compile(topology, PolicySet.Of(policies)).Findings.Where(w => keys.Contains(w.Resource) || w.Rule == LintRules.EdgeDenied)];
    }

    /// <summary>One finding in one line.</summary>
    public static string Text(CompileWarning finding) => $"{finding.Origin.Location}: {finding.Rule.Id}: {finding}";
}
