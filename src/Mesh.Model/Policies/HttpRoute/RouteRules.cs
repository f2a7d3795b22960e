using Mesh.Model.Policies.Targeting;
using Mesh.Model.Resources;
using Mesh.Model.Topology;
using Mesh.Model.Validation;

namespace Mesh.Model.Policies.HttpRoute;

/// <summary>Rules that routes of every kind share.</summary>
internal static class RouteRules
{
    public static IEnumerable<Violation> Target(TargetRef target, FieldPath at) => target.Kind == TargetKind.Mesh
        ? [new(at / "kind", "must be Service but is Mesh; a route belongs to one service")]
        : target.Validate(at);

    /// <summary>Names of rules are DNS labels, each once.</summary>
    public static IEnumerable<Violation> Names(IEnumerable<string?> names, FieldPath at)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        var i = 0;
        foreach (var name in names)
        {
            var path = at[i++] / "name";
            if (name is not null && !DnsLabel.IsValid(name))
            {
                yield return new(path, ResourceMetadata.NotALabel(name));
            }
            else if (name is not null && !seen.Add(name))
            {
                yield return new(path, $"is {Wording.Quote(name)} a second time; give each rule its own name");
            }
        }
    }
}
