using System.Collections.Immutable;
using Mesh.Model.Validation;

namespace Mesh.Model.Policies.TrafficPermission;

/// <summary>What one claim of a token has to be.</summary>
public sealed record JwtClaim
{
    /// <summary>The claim's name; further elements lead into nested objects: <c>[realm_access, roles]</c>.</summary>
    public ImmutableArray<string> Path { get; init; } = [];

    /// <summary>Texts one of which the claim has to be, letter by letter. Either these or <see cref="Contains"/>.</summary>
    public ImmutableArray<string> Values { get; init; } = [];

    /// <summary>Texts one of which has to be an item of the claim, where that is a list, or a word of it, where it is a text of words as OAuth's <c>scope</c>.</summary>
    public ImmutableArray<string> Contains { get; init; } = [];

    internal IEnumerable<Violation> Validate(FieldPath at)
    {
        if (Path.IsEmpty || Path.Any(string.IsNullOrEmpty))
        {
            yield return new(at / "path", "must name the claim, such as [sub] or [realm_access, roles]");
        }

        if (Values.IsEmpty == Contains.IsEmpty)
        {
            yield return new(at, Values.IsEmpty ? "says nothing of the claim; add values or contains" : "says two things of the claim; keep either values or contains");
        }

        for (var i = 0; i < Contains.Length; i++)
        {
            if (Contains[i].Length == 0 || Contains[i].Contains(' ', StringComparison.Ordinal))
            {
                yield return new((at / "contains")[i], $"must be one word but is {Wording.Quote(Contains[i])}; list words one by one, or use values for a whole text");
            }
        }
    }
}
