using System.Collections.Immutable;
using Mesh.Model.Policies.Matching;
using Mesh.Model.Policies.Targeting;
using Mesh.Model.Resources;
using Mesh.Model.Validation;

namespace Mesh.Model.Policies;

/// <summary>Rules that hold for the frame of every policy.</summary>
internal static class PolicyShape
{
    /// <summary>Checks the top-level target, and that the policy says something.</summary>
    /// <remarks>Not for permissions: taking out the last entry is how one is revoked.</remarks>
    /// <param name="target">The top-level target.</param>
    /// <param name="at">The spec.</param>
    /// <param name="outbound">Number of <c>to</c> entries; <see langword="null"/>: the kind has none.</param>
    /// <param name="inbound">Number of <c>rules</c> entries; <see langword="null"/>: the kind has none.</param>
    public static IEnumerable<Violation> Validate(TargetRef target, FieldPath at, int? outbound, int? inbound)
    {
        foreach (var violation in target.Validate(at / "targetRef"))
        {
            yield return violation;
        }

        if (target.SectionName is not null && outbound > 0)
        {
            yield return new(at / "targetRef" / "sectionName", $"picks a port that is called, which means nothing for to (it is {Wording.Quote(target.SectionName)}); move it to the entry of to");
        }

        if ((outbound ?? 0) + (inbound ?? 0) == 0)
        {
            var fields = (outbound, inbound) switch { (null, _) => "rules", (_, null) => "to", _ => "to or rules" };
            yield return new(at, $"says nothing; add an entry to {fields}");
        }
    }

    /// <summary>Whom entries of <c>to</c> are about, each with its entry.</summary>
    public static IEnumerable<(TargetRef Target, FieldPath Entry)> Targets<TEntry>(ImmutableArray<TEntry> to)
        where TEntry : OutboundEntry => to.Select((entry, i) => (entry.TargetRef, (DeclaredResource.SpecPath / "to")[i]));

    /// <summary>The callers that entries of <c>rules</c> are for, each with its place.</summary>
    public static IEnumerable<(CallerRef Caller, FieldPath At)> Callers<TSettings>(ImmutableArray<InboundItem<TSettings>> rules)
        where TSettings : PolicySettings, new() =>
        rules.SelectMany((rule, r) => rule.Matches.Select((caller, i) => (caller, ((DeclaredResource.SpecPath / "rules")[r] / "matches")[i])));
}
