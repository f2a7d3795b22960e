using System.Collections.Immutable;
using Mesh.Model.Policies.HttpRoute;
using Mesh.Model.Validation;

namespace Mesh.Model.Policies.TcpRoute;

/// <summary>The route of connections to some upstreams.</summary>
public sealed record TcpRouteItem : OutboundEntry
{
    /// <summary>Where they go, by weight.</summary>
    public ImmutableArray<BackendRef> BackendRefs { get; init; } = [];

    /// <summary>Where documents have the backends of an entry.</summary>
    internal static FieldPath BackendsAt(FieldPath at) => (at / "rules")[0] / "default" / "backendRefs";

    internal override IEnumerable<Violation> Validate(FieldPath at)
    {
        foreach (var violation in RouteRules.Target(TargetRef, at / "targetRef"))
        {
            yield return violation;
        }

        var backends = BackendsAt(at);
        if (BackendRefs.IsEmpty)
        {
            yield return new(backends, "is missing; add it");
        }
        else if (BackendRefs.All(b => b.Weight == 0))
        {
            yield return new(backends, "has weight 0 for every backend, so that no connection could go anywhere; give one of them a weight");
        }

        for (var i = 0; i < BackendRefs.Length; i++)
        {
            foreach (var violation in BackendRefs[i].Validate(backends[i]))
            {
                yield return violation;
            }

            if (!BackendRefs[i].Filters.IsEmpty)
            {
                yield return new(backends[i] / "filters", "cannot change a TCP connection; leave it out");
            }
        }
    }
}
