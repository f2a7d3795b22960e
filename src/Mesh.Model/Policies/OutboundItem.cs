using Mesh.Model.Validation;

namespace Mesh.Model.Policies;

/// <summary>An entry of <c>to</c>: settings of the calling side towards some upstreams.</summary>
public sealed record OutboundItem<TSettings> : OutboundEntry
    where TSettings : PolicySettings, new()
{
    /// <summary>The settings; what they leave out comes from less specific entries and policies.</summary>
    public TSettings Default { get; init; } = new();

    internal override IEnumerable<Violation> Validate(FieldPath at) => [.. TargetRef.Validate(at / "targetRef"), .. Default.Validate(at / "default")];
}
