using System.Collections.Immutable;
using Mesh.Model.Policies.Matching;
using Mesh.Model.Snapshots;
using Mesh.Model.Validation;

namespace Mesh.Model.Policies.TrafficPermission;

/// <summary>A caller, and on HTTP ports which of its requests.</summary>
public sealed record CallerMatch
{
    /// <summary>A service of the mesh: <c>name</c> in the policy's namespace, or <c>namespace/name</c>. Either this or <see cref="SpiffeId"/>.</summary>
    public string? Service { get; init; }

    /// <summary>A SPIFFE id or the beginning of one, which ends at a path segment.</summary>
    public PrincipalMatch? SpiffeId { get; init; }

    /// <summary>HTTP methods, upper-case. Empty: every method.</summary>
    public ImmutableArray<string> Methods { get; init; } = [];

    /// <summary>Paths. Empty: every path.</summary>
    public ImmutableArray<PathMatch> Paths { get; init; } = [];

    internal CallerRef Caller => new() { Service = Service, SpiffeId = SpiffeId };

    internal IEnumerable<Violation> Validate(FieldPath at)
    {
        foreach (var violation in Caller.Validate(at)
            .Concat(Methods.SelectMany((method, i) => MatchRules.Method(method, (at / "methods")[i])))
            .Concat(Paths.SelectMany((path, i) => MatchRules.Path(path, (at / "paths")[i]))))
        {
            yield return violation;
        }
    }
}
