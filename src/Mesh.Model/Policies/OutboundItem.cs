using Mesh.Model.Policies.Targeting;
using Mesh.Model.Validation;

namespace Mesh.Model.Policies;

/// <summary>An entry of <c>to</c>: settings of the calling side towards some upstreams.</summary>
public sealed record OutboundItem<TSettings>
    where TSettings : PolicySettings, new()
{
    /// <summary>Which upstreams.</summary>
    public TargetRef TargetRef { get; init; } = TargetRef.Mesh;

    /// <summary>The settings; what they leave out comes from less specific entries and policies.</summary>
    public TSettings Default { get; init; } = new();

    internal IEnumerable<Violation> Validate(FieldPath at) => [.. TargetRef.Validate(at / "targetRef"), .. Default.Validate(at / "default")];
}
