using System.Collections.Immutable;
using Mesh.Model.Validation;

namespace Mesh.Model.Policies.TrafficPermission;

/// <summary>What a request's JSON Web Token has to say.</summary>
public sealed record JwtMatch
{
    /// <summary>Whose token, by its name in the policy's <see cref="TrafficPermissionPolicy.JwtProviders"/>. Default: <see langword="null"/>, of any of them.</summary>
    public string? Provider { get; init; }

    /// <summary>Whether it is the other way round: there is no such token. Alone, for denials.</summary>
    public bool Missing { get; init; }

    /// <summary>Claims that all have to match. Empty: any valid token.</summary>
    public ImmutableArray<JwtClaim> Claims { get; init; } = [];

    internal IEnumerable<Violation> Validate(FieldPath at)
    {
        if (Missing && !Claims.IsEmpty)
        {
            yield return new(at / "claims", "means nothing with missing, for a token that is not there says nothing; keep either");
        }

        foreach (var violation in Claims.SelectMany((claim, i) => claim.Validate((at / "claims")[i])))
        {
            yield return violation;
        }
    }
}
