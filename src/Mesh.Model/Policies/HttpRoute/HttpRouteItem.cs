using System.Collections.Immutable;
using Mesh.Model.Policies.Targeting;
using Mesh.Model.Resources;
using Mesh.Model.Topology;
using Mesh.Model.Validation;

namespace Mesh.Model.Policies.HttpRoute;

/// <summary>The routes of requests to some upstreams. Where there are any and none matches, the answer is 404.</summary>
public sealed record HttpRouteItem
{
    /// <summary>Which upstreams; a Service.</summary>
    public TargetRef TargetRef { get; init; } = TargetRef.Mesh;

    /// <summary>The rules.</summary>
    public ImmutableArray<HttpRouteRule> Rules { get; init; } = [];

    internal IEnumerable<Violation> Validate(FieldPath at)
    {
        foreach (var violation in RouteRules.Target(TargetRef, at / "targetRef"))
        {
            yield return violation;
        }

        var names = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < Rules.Length; i++)
        {
            var path = (at / "rules")[i];
            foreach (var violation in Rules[i].Validate(path))
            {
                yield return violation;
            }

            if (Rules[i].Name is { } name && !DnsLabel.IsValid(name))
            {
                yield return new(path / "name", ResourceMetadata.NotALabel(name));
            }
            else if (Rules[i].Name is { } known && !names.Add(known))
            {
                yield return new(path / "name", $"is {Wording.Quote(known)} a second time; give each rule its own name");
            }
        }
    }
}
