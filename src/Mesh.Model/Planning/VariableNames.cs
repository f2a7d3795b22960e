using System.Collections.Immutable;
using Mesh.Model.Validation;

namespace Mesh.Model.Planning;

/// <summary>Two callees whose addresses would reach a caller under one name.</summary>
internal static class VariableNames
{
    public static IEnumerable<Violation> Clashes(ImmutableArray<PlannedEdge> edges)
    {
        foreach (var caller in edges.Where(e => e.Port is not null && e.Outcome is EdgeOutcome.Meshed or EdgeOutcome.Skipped).GroupBy(e => e.Caller))
        {
            foreach (var name in caller.GroupBy(e => EnvironmentNames.Plain(e.Callee.Name, e.Port!)).Where(g => g.Count() > 1))
            {
                var all = string.Join(" and ", name.Select(e => $"{e.Callee}/{e.Port}"));
                yield return name.Last().DeclaredAt.Wrong($"{all} would both be {name.Key} in {caller.Key.Name}'s environment; rename one of them");
            }
        }
    }
}
