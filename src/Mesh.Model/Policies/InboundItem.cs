using System.Collections.Immutable;
using Mesh.Model.Policies.Matching;
using Mesh.Model.Validation;

namespace Mesh.Model.Policies;

/// <summary>An entry of <c>rules</c>: settings of the receiving side.</summary>
public sealed record InboundItem<TSettings>
    where TSettings : PolicySettings, new()
{
    /// <summary>Callers whose requests it is for, one of which has to match. Empty: everyone's. Only kinds whose settings can tell callers apart read it.</summary>
    public ImmutableArray<CallerRef> Matches { get; init; } = [];

    /// <summary>The settings; what they leave out comes from less specific policies.</summary>
    public TSettings Default { get; init; } = new();

    internal IEnumerable<Violation> Validate(FieldPath at) =>
        [.. Matches.SelectMany((caller, i) => caller.Validate((at / "matches")[i])), .. Default.Validate(at / "default")];
}
