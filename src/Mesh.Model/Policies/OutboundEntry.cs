using Mesh.Model.Policies.Targeting;
using Mesh.Model.Validation;

namespace Mesh.Model.Policies;

/// <summary>An entry of <c>to</c>: what is said of calls to some upstreams.</summary>
public abstract record OutboundEntry
{
    /// <summary>Which upstreams.</summary>
    public TargetRef TargetRef { get; init; } = TargetRef.Mesh;

    internal abstract IEnumerable<Violation> Validate(FieldPath at);
}
