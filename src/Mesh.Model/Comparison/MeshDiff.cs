using System.Collections.Immutable;
using Mesh.Model.Compilation;
using Mesh.Model.Policies.HttpRoute;
using Mesh.Model.Simulation;
using Mesh.Model.Topology;

namespace Mesh.Model.Comparison;

/// <summary>What two meshes do differently, sidecar by sidecar, in the words of policies.</summary>
public static class MeshDiff
{
    // Of these there may be several at one place, each for itself.
    private static readonly string[] Lists = ["edge", "allow", "deny", "allowWithShadowDeny"];

    /// <summary>The changes, in the order of services and places. Empty: every sidecar would do what it does.</summary>
    /// <param name="before">What is.</param>
    /// <param name="after">What would be.</param>
    public static ImmutableArray<MeshChange> Between(CompiledMesh before, CompiledMesh after) =>
    [
        .. before.Snapshots.Keys.Union(after.Snapshots.Keys).Order()
            .Where(service => !ReferenceEquals(before.Snapshots.GetValueOrDefault(service), after.Snapshots.GetValueOrDefault(service)))
            .SelectMany(service => Of(service, Said(before, service), Said(after, service))),
    ];

    private static IEnumerable<MeshChange> Of(ServiceId service, SortedDictionary<(string Where, string Setting, string Item), (string Value, Origin Origin)> before, SortedDictionary<(string Where, string Setting, string Item), (string Value, Origin Origin)> after)
    {
        foreach (var key in before.Keys.Union(after.Keys).Order())
        {
            var (was, will) = (before.TryGetValue(key, out var old), after.TryGetValue(key, out var made));
            if (!was || !will || old.Value != made.Value)
            {
                yield return new MeshChange(service, key.Where, key.Setting)
                {
                    Before = was ? old.Value : null,
                    BeforeOrigin = was ? old.Origin : null,
                    After = will ? made.Value : null,
                    AfterOrigin = will ? made.Origin : null,
                };
            }
        }
    }

    private static SortedDictionary<(string Where, string Setting, string Item), (string Value, Origin Origin)> Said(CompiledMesh mesh, ServiceId service)
    {
        var said = new SortedDictionary<(string, string, string), (string, Origin)>();
        if (!mesh.Snapshots.TryGetValue(service, out var snapshot))
        {
            return said;
        }

        foreach (var setting in mesh.Explanations[service].Where(s => !s.Setting.StartsWith("route.", StringComparison.Ordinal)))
        {
            // What is for some callers stands beside what is for all.
            var item = Lists.Contains(setting.Setting) ? setting.Value : setting.Caller?.Value ?? "";
            said.TryAdd((setting.Where, setting.Setting, item), (setting.Value, setting.Origin));
        }

        // Names of rules are their places in documents; what is compared is which requests go where.
        foreach (var (table, rule) in snapshot.RouteTables.SelectMany(t => t.Rules.Select(r => (t, r))))
        {
            said.TryAdd((table.Name, $"route {RouteText.Of(rule.Match)}", ""), (ActionText.Of(rule), rule.Origin));
        }

        foreach (var port in snapshot.Inbound)
        {
            said.TryAdd(($"inbound/{port.Port.Port}", "port", ""), (port.Protocol.ToWord(), Origin.Default));
        }

        return said;
    }
}
